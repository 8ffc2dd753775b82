/** The look of the report: one column, system fonts, light and dark; nothing is loaded from anywhere. */
export const style = `
:root{color-scheme:light dark;--paper:#faf8f4;--card:#fff;--ink:#24211c;--soft:#6d665b;--line:#e4ded3;--a:#b5482a;--b:#3d6b4f;--right:61,107,79;--wrong:181,72,42;--radius:12px}
@media(prefers-color-scheme:dark){:root{--paper:#191714;--card:#23201c;--ink:#ece7dd;--soft:#a49b8c;--line:#3a352e;--a:#e5835f;--b:#86bd98;--right:104,168,126;--wrong:222,116,84}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 ui-sans-serif,system-ui,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main{max-width:1020px;margin:0 auto;padding:48px 24px 80px}
h1{font:600 clamp(28px,5vw,40px)/1.15 ui-serif,Georgia,"Times New Roman",serif;margin:0 0 8px;letter-spacing:-.01em}
h2{font:600 24px/1.25 ui-serif,Georgia,"Times New Roman",serif;margin:56px 0 14px}
p{margin:0 0 14px;max-width:68ch}.lead{color:var(--soft);font-size:18px}
.warning{border-left:4px solid var(--a);padding:10px 16px;background:var(--card);border-radius:0 var(--radius) var(--radius) 0;margin:24px 0 0;max-width:none}
.card{background:var(--card);border:1px solid var(--line);border-radius:var(--radius);padding:16px 18px;margin:0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:14px;margin:28px 0 0}
.figures strong{display:block;font:600 32px/1.2 ui-serif,Georgia,serif;font-variant-numeric:tabular-nums}
.figures span{color:var(--soft);font-size:14px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));gap:16px}
figcaption{font-weight:600;margin-bottom:8px}
svg{display:block;width:100%;height:auto;overflow:visible}
.grid{stroke:var(--line)}.tick{fill:var(--soft);font-size:12px}.best{stroke:var(--soft);stroke-dasharray:3 4}
.curve{fill:none;stroke-width:2.2;stroke-linejoin:round}.curve.a{stroke:var(--a)}.curve.b{stroke:var(--b)}.dot.a{fill:var(--a)}.dot.b{fill:var(--b)}
.name{font-size:13px;font-weight:600}.name.a{fill:var(--a)}.name.b{fill:var(--b)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:600}thead th{color:var(--soft);font-size:13px;font-weight:500;vertical-align:bottom}
.classes th,.classes td{padding:7px 12px 7px 0;border-bottom:1px solid var(--line)}tbody tr:last-child>*{border-bottom:0!important}
.number{text-align:right!important}
.bar{min-width:110px}.bar span{display:block;padding:1px 8px;border-radius:5px;background:linear-gradient(90deg,rgba(var(--right),.30) calc(var(--share)*100%),rgba(var(--right),.07) 0)}
.confusion{width:auto;margin:0 auto}.confusion caption{caption-side:bottom;color:var(--soft);font-size:14px;padding-top:12px;text-align:left}
.confusion thead th{height:104px;padding:0 0 6px;width:46px}.confusion thead span{display:inline-block;writing-mode:vertical-rl;transform:rotate(180deg)}
.confusion tbody th{padding:0 12px 0 0;text-align:right}
.confusion tbody td{width:46px;height:38px;text-align:center;border:2px solid var(--card);border-radius:8px}
.confusion .right{background:rgba(var(--right),calc(.08 + var(--share)*.84))}.confusion .wrong{background:rgba(var(--wrong),calc(.04 + var(--share)*1.3))}
.confusion .strong{color:#fff;font-weight:600}
@media(prefers-color-scheme:dark){.confusion .strong{color:#12110f}}
.gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(300px,100%),1fr));gap:16px}
.gallery figure{padding:0;overflow:hidden}.gallery img{display:block;width:100%;height:auto}
.gallery figcaption{padding:10px 14px 12px;margin:0;font-weight:400;font-size:14px}.gallery figcaption b{font-weight:600;font-size:15px}
.badge{display:inline-block;font-size:12px;font-weight:600;padding:1px 8px;border-radius:99px;border:1px solid var(--line);color:var(--soft);white-space:nowrap}
.badge.right{color:rgb(var(--right));border-color:rgba(var(--right),.5)}.badge.wrong{color:rgb(var(--wrong));border-color:rgba(var(--wrong),.5)}
.findings th,.findings td{padding:6px 14px 6px 0;border-bottom:1px solid var(--line);font-weight:400;font-size:14px;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:max-content 1fr;gap:6px 20px;margin:0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
pre{margin:16px 0 0;overflow-x:auto;font:14px/1.5 ui-monospace,SFMono-Regular,Menlo,monospace}
@media(max-width:560px){main{padding:28px 16px 56px}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:10px}}
`;
