/** The style sheet of the report: one column, system fonts, light and dark theme. It loads nothing. */
export const style = `
:root{color-scheme:light dark;--paper:#faf8f4;--card:#fff;--ink:#24211c;--soft:#665f54;--line:#e4ded3;--track:#efeae1;--a:#a8401f;--b:#35654a;--c:#7d5f10;--d:#3f5687;--right:61,107,79;--wrong:168,64,31;--radius:12px}
@media(prefers-color-scheme:dark){:root{--paper:#191714;--card:#23201c;--ink:#ece7dd;--soft:#aca392;--line:#3a352e;--track:#332e28;--a:#ec9474;--b:#8cc4a0;--c:#dcbb62;--d:#9db4e6;--right:104,168,126;--wrong:222,116,84}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0 auto;max-width:1068px;padding:48px 24px 80px;background:var(--paper);color:var(--ink);font:16px/1.55 ui-sans-serif,system-ui,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
h1,h2,h3,.figures strong{font-family:ui-serif,Georgia,"Times New Roman",serif;font-weight:600}
h1{font-size:clamp(28px,5vw,42px);line-height:1.15;margin:0 0 8px;letter-spacing:-.01em}
h2{font-size:25px;line-height:1.25;margin:60px 0 14px}h3{font-size:18px;margin:0 0 8px}
p{margin:0 0 14px;max-width:72ch}.lead{color:var(--soft);font-size:18px}
a{color:inherit;text-decoration-color:var(--a);text-underline-offset:3px}
:focus-visible{outline:3px solid var(--a);outline-offset:3px;border-radius:4px}
nav ul{display:flex;flex-wrap:wrap;gap:6px 18px;list-style:none;margin:22px 0 0;padding:0;font-size:15px}
.warning{border-left:4px solid var(--a);padding:12px 18px;background:var(--card);border-radius:0 var(--radius) var(--radius) 0;margin:24px 0 0;max-width:none}
.card{background:var(--card);border:1px solid var(--line);border-radius:var(--radius);padding:16px 18px;margin:0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:14px;margin:28px 0 0}
.figures strong{display:block;font-size:32px;line-height:1.2;font-variant-numeric:tabular-nums}
.figures em{display:block;font-style:normal;font-size:14px;font-variant-numeric:tabular-nums}
.figures span{display:block;color:var(--soft);font-size:14px;line-height:1.4;margin-top:4px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));gap:16px}
figcaption{font-weight:600;margin-bottom:8px}
svg{display:block;width:100%;height:auto;overflow:visible}.square{max-width:400px;margin:0 auto}
.grid{stroke:var(--line)}.tick{fill:var(--soft);font-size:12px}.best,.ideal{stroke:var(--soft);stroke-dasharray:3 4}
.curve{fill:none;stroke-width:2.2;stroke-linejoin:round}.whisker{stroke-width:1.6;opacity:.55}.whisker.a{stroke:var(--a)}.whisker.b{stroke:var(--b)}
.curve.a{stroke:var(--a)}.curve.b{stroke:var(--b)}.curve.c{stroke:var(--c)}.curve.d{stroke:var(--d)}.dot.a{fill:var(--a)}.dot.b{fill:var(--b)}.dot.c{fill:var(--c)}.dot.d{fill:var(--d)}
.name{font-size:13px;font-weight:600}.name.a{fill:var(--a)}.name.b{fill:var(--b)}.name.c{fill:var(--c)}.name.d{fill:var(--d)}
.share{fill:var(--track)}
.key{list-style:none;margin:12px 0 0;padding:0;font-size:14px;line-height:1.7}
.dot-key{display:inline-block;width:11px;height:11px;border-radius:50%;margin-right:8px;background:var(--soft)}
.dot-key.a{background:var(--a)}.dot-key.b{background:var(--b)}.dot-key.share{background:var(--track);border:1px solid var(--line);border-radius:2px}
.stack{display:flex;gap:2px;height:22px;border-radius:6px;overflow:hidden;margin:18px 0 0}
.stack .right,.dot-key.right{background:rgb(var(--right))}.stack .several,.dot-key.several{background:rgba(var(--wrong),.62)}.stack .empty,.dot-key.empty{background:rgba(var(--wrong),.25)}
.sure .key{margin:10px 0 16px}.sure p:last-child{margin:0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:600}thead th{color:var(--soft);font-size:13px;font-weight:500;vertical-align:bottom}
.classes th,.classes td{padding:8px 16px 8px 0;border-bottom:1px solid var(--line)}.classes>*>tr>:last-child{padding-right:0}.classes thead th{white-space:nowrap}
.classes tbody th{position:sticky;left:-18px;background:var(--card);padding-left:18px;margin-left:-18px}.classes thead th:first-child{padding-left:18px}
.classes{margin-left:-18px;width:calc(100% + 18px)}
tbody tr:last-child>*{border-bottom:0!important}
.number{text-align:right!important}
.band{min-width:132px;white-space:nowrap}.band small{color:var(--soft);font-size:12.5px;margin-left:4px}.none{color:var(--soft)}
.track{position:relative;height:6px;border-radius:3px;background:var(--track);margin-top:4px}
.track i{position:absolute;top:0;height:6px;border-radius:3px;background:rgba(var(--right),.42)}
.track b{position:absolute;top:-2px;width:10px;height:10px;margin-left:-5px;border-radius:50%;background:rgb(var(--right));border:2px solid var(--card)}
.confusion{width:auto;margin:0 auto}.confusion caption{caption-side:bottom;color:var(--soft);font-size:14px;padding-top:12px;text-align:left}
.confusion thead th{height:104px;padding:0 0 6px;width:46px;text-align:center}.confusion thead span{display:inline-block;writing-mode:vertical-rl;transform:rotate(180deg)}
.confusion tbody th{padding:0 12px 0 0;text-align:right}
.confusion tbody td{min-width:40px;width:46px;height:38px;text-align:center;border:2px solid var(--card);border-radius:8px}
.confusion .right{background:rgba(var(--right),calc(.08 + var(--share)*.84))}.confusion .wrong{background:rgba(var(--wrong),calc(.03 + var(--share)*.75))}
.confusion .strong{color:#fff;font-weight:600}
@media(prefers-color-scheme:dark){.confusion .strong{color:#12110f}}
.gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(300px,100%),1fr));gap:16px}
.gallery figure{padding:0;overflow:hidden}.gallery img{display:block;width:100%;height:auto}
.gallery figcaption{padding:10px 14px 12px;margin:0;font-weight:400;font-size:14px}.gallery figcaption b{font-weight:600;font-size:15px}.gallery small{display:block;color:var(--soft);font-size:13.5px;margin-top:2px}
.strip{display:grid;grid-template-columns:repeat(auto-fill,minmax(116px,1fr));gap:14px 12px;list-style:none}
.strip img{display:block;width:100%;height:auto;border-radius:8px;margin-bottom:6px}.strip li{font-size:13.5px;line-height:1.3}.strip b{font-weight:600}.strip span{color:var(--soft);font-variant-numeric:tabular-nums;float:right}
.badge{display:inline-block;font-size:12px;font-weight:600;padding:1px 8px;border-radius:99px;border:1px solid var(--line);color:var(--soft);white-space:nowrap}
.badge.right{color:var(--b);border-color:rgba(var(--right),.5)}.badge.wrong{color:var(--a);border-color:rgba(var(--wrong),.5)}
.compared th,.compared td{padding:8px 16px 8px 0;border-bottom:1px solid var(--line)}.compared>*>tr>:last-child{padding-right:0}.compared tbody th{overflow-wrap:anywhere;min-width:9em}.compared small{font-weight:400}
.compared th small{display:block;color:var(--soft);font-size:13px}.column{overflow-wrap:anywhere}.tall{max-height:520px;overflow-y:auto}.gallery .file{overflow-wrap:anywhere}
.findings th,.findings td{padding:6px 14px 6px 0;border-bottom:1px solid var(--line);font-weight:400;font-size:14px;overflow-wrap:anywhere;vertical-align:top}
dl{display:grid;grid-template-columns:max-content 1fr;gap:6px 20px;margin:0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.verdict{margin:22px 0 0;padding:18px 20px;border-left:4px solid var(--b);border-radius:0 var(--radius) var(--radius) 0}.verdict dd{max-width:76ch}
pre{margin:16px 0 0;font:14px/1.5 ui-monospace,SFMono-Regular,Menlo,monospace}
@media(max-width:560px){body{padding:28px 16px 56px}h2{margin-top:44px}.figures{grid-template-columns:1fr 1fr}.figures strong{font-size:26px}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:10px}.card{padding:14px}.classes{margin-left:-14px;width:calc(100% + 14px)}.classes tbody th{left:-14px;padding-left:14px}.classes thead th:first-child{padding-left:14px}.confusion tbody td{min-width:0;width:27px;height:29px;font-size:13px;border-radius:6px}.confusion thead th{width:27px}.confusion tbody th{font-size:13px;padding-right:6px}.confusion caption{font-size:13px}.figures>:last-child:nth-child(odd){grid-column:1/-1}}
@media print{.tall{max-height:none}body{max-width:none;padding:0}nav{display:none}.card,figure,tr{break-inside:avoid}}
`;
