/** Like the feedback pages: contrast of at least 4.5 in light and dark; charts are on white in both. */
export const style = `
:root{color-scheme:light dark;--ground:#fff;--raised:#f6f8fa;--ink:#1f2328;--soft:#57606a;--line:#d0d7de;--bad:#a83200;--accent:#0060a0}
@media (prefers-color-scheme:dark){:root{--ground:#14181d;--raised:#1d232a;--ink:#e6e9ed;--soft:#a3adb8;--line:#39424d;--bad:#ff9466;--accent:#79bdf5}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,'Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif}
header,main{max-width:1080px;margin:0 auto;padding:0 20px}
h1{font-size:1.6rem;line-height:1.25;margin:28px 0 4px}h2{font-size:1.2rem;margin:36px 0 8px}
.soft{color:var(--soft)}.bad{color:var(--bad)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;margin:18px 0;padding:0}
.facts div{background:var(--raised);border:1px solid var(--line);border-radius:8px;padding:8px 14px}
.facts dt{color:var(--soft);font-size:.88rem}.facts dd{margin:0;font-size:1.3rem;font-variant-numeric:tabular-nums}
.facts small{font-size:.85rem;color:var(--soft)}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:5px 18px 5px 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600;white-space:nowrap}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
code{font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;font-size:.9em}
td.why{overflow-wrap:anywhere;min-width:16em}
th button{all:unset;cursor:pointer;color:inherit}
th button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
th button::after{content:' ↕';color:var(--soft)}
th[aria-sort=ascending] button::after{content:' ↑';color:var(--accent)}th[aria-sort=descending] button::after{content:' ↓';color:var(--accent)}
@media print{:root{--ground:#fff;--raised:#fff;--ink:#000;--soft:#444;--line:#bbb;--bad:#8f2b00}body{font-size:10pt}header,main{max-width:none;padding:0}tr,[data-genlab]{break-inside:avoid}th button::after{content:''}}
`.trim();

/** Sorts a table by the column whose button is pressed: numbers by size, words by their order, empty cells last. */
export const sorting = `
for (const button of document.querySelectorAll('th button')) button.addEventListener('click', () => {
  const head = button.closest('th');
  const table = head.closest('table');
  const column = [...head.parentNode.children].indexOf(head);
  const up = head.getAttribute('aria-sort') !== (head.classList.contains('n') ? 'descending' : 'ascending');
  const direction = head.classList.contains('n') ? (up ? -1 : 1) : up ? 1 : -1;
  for (const other of head.parentNode.children) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', direction > 0 ? 'ascending' : 'descending');
  const value = (row) => row.children[column].dataset.v;
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const compare = (a, b) => (a === '' || b === '' ? (a === '') - (b === '') : direction * order.compare(a, b));
  const numbers = (a, b) => (a === '' || b === '' ? (a === '') - (b === '') : direction * (a - b));
  const body = table.tBodies[0];
  const rows = [...body.rows].sort((a, b) => (head.classList.contains('n') ? numbers : compare)(value(a), value(b)));
  body.append(...rows);
});
`.trim();
