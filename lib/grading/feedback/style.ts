/** Colours with a contrast of at least 4.5 on their ground, in light and in dark; none is the only sign of anything. */
export const style = `
:root{color-scheme:light dark;--ground:#fff;--raised:#f6f8fa;--ink:#1f2328;--soft:#57606a;--line:#d0d7de;--good:#006b4f;--part:#7a5200;--bad:#a83200;--accent:#0060a0;--mark:#fff0e0;--k:#8a1c6a;--s:#0a5c36;--n:#0b4f9e;--c:#5f6770}
@media (prefers-color-scheme:dark){:root{--ground:#14181d;--raised:#1d232a;--ink:#e6e9ed;--soft:#a3adb8;--line:#39424d;--good:#4fd0a5;--part:#e8b34a;--bad:#ff9466;--accent:#79bdf5;--mark:#43291a;--k:#f09ad6;--s:#86d9a5;--n:#8cc4ff;--c:#98a2ad}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,'Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif}
header,main,footer{max-width:1120px;margin:0 auto;padding:0 20px}
h1{font-size:1.6rem;line-height:1.25;margin:28px 0 4px}
h2{font-size:1.15rem;margin:32px 0 8px}
h3{font-size:.95rem;margin:16px 0 6px;color:var(--soft);font-weight:600}
a{color:var(--accent)}
a:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
code,pre{font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,'Noto Sans Mono CJK SC',monospace;font-size:.88em}
.facts{display:flex;flex-wrap:wrap;gap:2px 28px;margin:0;color:var(--soft)}
.facts div{display:flex;gap:.5em}.facts dt::after{content:':'}:lang(zh) .facts dt::after{content:'：'}.facts dd{margin:0;color:var(--ink)}
.score{display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 20px;margin:16px 0;padding:14px 18px;background:var(--raised);border:1px solid var(--line);border-radius:8px}
.score strong{font-size:1.7rem}
table{border-collapse:collapse;width:100%;max-width:640px}
th,td{text-align:left;padding:5px 12px 5px 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.bar{display:inline-block;width:120px;height:8px;border:1px solid var(--soft);border-radius:4px;overflow:hidden}.bar i{display:block;height:100%;background:var(--accent)}
article{border-top:2px solid var(--line);margin-top:36px}
article>h2{display:flex;justify-content:space-between;gap:16px;margin:12px 0}
article>h2 small{color:var(--soft);font-weight:400}
.two{display:grid;grid-template-columns:minmax(0,1.15fr) minmax(0,1fr);gap:24px}
.two>*{min-width:0}
pre{margin:0;padding:10px 0;background:var(--raised);border:1px solid var(--line);border-radius:6px;line-height:1.5;white-space:pre-wrap;overflow-wrap:anywhere;counter-reset:line}
pre .l{display:block;padding:0 12px 0 3.6em;text-indent:0;position:relative;min-height:1.5em}
pre .l::before{counter-increment:line;content:counter(line);position:absolute;left:0;width:2.8em;text-align:right;color:var(--soft);user-select:none}
pre .at{background:var(--mark);box-shadow:inset 4px 0 var(--bad)}
pre .at::after{content:'◀ ' attr(data-note);color:var(--bad);font-weight:600;margin-left:1.2em;font-family:system-ui,sans-serif}
.k{color:var(--k);font-weight:600}.s{color:var(--s)}.n{color:var(--n)}td.n,th.n{color:inherit}.c{color:var(--c);font-style:italic}
.checks{list-style:none;margin:0;padding:0}
.checks li{padding:8px 0 8px 28px;border-bottom:1px solid var(--line);position:relative}
.checks li>b:first-child{position:absolute;left:2px}
.checks p{margin:3px 0 0}
.checks .why{overflow-wrap:anywhere}
.good{color:var(--good)}.part{color:var(--part)}.bad{color:var(--bad)}
.soft{color:var(--soft)}
.hint{border-left:3px solid var(--accent);padding-left:10px}
.notes{border:1px solid var(--line);border-left:5px solid var(--accent);border-radius:6px;padding:8px 14px;margin:12px 0}
.notes ul{margin:4px 0;padding-left:1.2em}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
footer{margin-top:40px;padding-bottom:32px;color:var(--soft);font-size:.9rem}
@media (max-width:860px){.two{grid-template-columns:minmax(0,1fr)}}
@media print{:root{--ground:#fff;--raised:#fff;--ink:#000;--soft:#444;--line:#bbb;--good:#005a42;--part:#6b4700;--bad:#8f2b00;--accent:#00497a;--mark:#f3e6da;--k:#6d1553;--s:#084a2b;--n:#083d7a;--c:#555}body{font-size:10.5pt}header,main,footer{max-width:none;padding:0}.two{display:block}article{break-inside:auto}.checks li,article>h2,.notes,tr{break-inside:avoid}article>h2{break-after:avoid}a{color:inherit;text-decoration:none}}
`.trim();
