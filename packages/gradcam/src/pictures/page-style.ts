/** The style of the page: the photograph on the left and the controls on the right, or one below the other on a phone; light and dark. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #faf8f4; --card: #fff; --ink: #24211c; --soft: #676055; --line: #e2dcd0; --accent: #a33f22; --bar: #a33f2221;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #171513; --card: #211e1b; --ink: #ece7dd; --soft: #aaa193; --line: #3a352e; --accent: #ee9470; --bar: #ee947033;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 ui-sans-serif, system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: clamp(760px, var(--fit) + 404px, 1320px); margin: 0 auto; padding: 32px 28px 56px; }
h1 { margin: 0 0 4px; font: 600 clamp(24px, 3.4vw, 34px)/1.2 ui-serif, Georgia, "Times New Roman", serif;
  letter-spacing: -.01em; overflow-wrap: anywhere; }
.note { margin: 0; max-width: 90ch; color: var(--soft); }
.desk { display: grid; grid-template-columns: minmax(0, 1fr) 320px; gap: 28px; align-items: start;
  margin-top: 22px; }
figure { margin: 0; min-width: 0; }
.frame { overflow: auto; border-radius: 12px; }
.photo { position: relative; width: min(100%, var(--fit)); margin: 0 auto; }
.photo img, .photo canvas { display: block; width: 100%; height: auto; }
.photo canvas { position: absolute; inset: 0; height: 100%; pointer-events: none; }
.full { max-height: 86vh; }
main:has(.full) { max-width: 1320px; }
.full .photo { width: var(--full); }
figcaption { margin-top: 12px; }
figcaption p { margin: 0; max-width: 72ch; }
.scale { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 2px 10px; align-items: center; margin: 14px 0 0;
  color: var(--soft); font-size: 13px; font-variant-numeric: tabular-nums; }
.scale span:last-child { grid-column: 2; }
.ramp { position: relative; height: 12px; border-radius: 6px; overflow: hidden; }
.ramp i { position: absolute; inset: 0 auto 0 0; border-right: 2px solid var(--ink);
  background: color-mix(in srgb, var(--paper) 82%, transparent); }
form { display: grid; gap: 18px; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 12px; }
fieldset { margin: 0; padding: 0; border: 0; min-width: 0; }
legend, label.name { display: block; padding: 0; margin-bottom: 6px; font-size: 13px; font-weight: 600; color: var(--soft); }
.classes { display: grid; gap: 4px; max-height: 376px; overflow: auto; padding: 3px; margin: -3px; }
.classes label { position: relative; display: flex; align-items: baseline; gap: 9px; padding: 5px 12px 5px 10px; border-radius: 8px;
  border: 1px solid var(--line); cursor: pointer; overflow: hidden;
  background: linear-gradient(90deg, var(--bar) calc(var(--share) * 100%), var(--card) 0); }
.classes label:has(:checked) { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
.classes label:has(:focus-visible) { outline: 2px solid var(--ink); outline-offset: 1px; }
.classes label:has(:disabled) { cursor: default; color: var(--soft); }
.classes input { margin: 0; accent-color: var(--accent); align-self: center; flex: none; }
.classes span { flex: 1; min-width: 0; overflow-wrap: anywhere; }
.classes small { color: var(--soft); font-size: 14px; font-variant-numeric: tabular-nums; white-space: nowrap; }
select { width: 100%; padding: 8px 10px; border: 1px solid var(--line); border-radius: 8px; background: var(--card);
  color: inherit; font: inherit; text-overflow: ellipsis; }
.slider { display: grid; grid-template-columns: 1fr auto; }
.slider output { font-size: 14px; font-variant-numeric: tabular-nums; }
.slider input { grid-column: 1 / -1; width: 100%; height: 26px; margin: 0; accent-color: var(--accent); cursor: pointer; }
button { padding: 9px 10px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: inherit;
  font: inherit; font-size: 15px; cursor: pointer; white-space: nowrap; }
button:hover, select:hover { border-color: var(--soft); }
button[aria-pressed=true] { background: var(--ink); border-color: var(--ink); color: var(--paper); }
kbd { margin-left: 5px; padding: 0 5px; border: 1px solid; border-radius: 4px; opacity: .6; font: 12px/1.4 ui-monospace, Menlo, monospace; }
:is(select, button, input[type=range], .frame):focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
@media (max-width: 800px) {
  main { padding: 20px 16px 40px; }
  .desk { grid-template-columns: minmax(0, 1fr); gap: 24px; margin-top: 16px; }
  .frame:not(.full) .photo { width: min(100%, .8 * var(--fit)); }
  kbd { display: none; }
}
`;
