/** Of the dashboard alone, beside the style of every page. */
export const ADMIN_STYLE = `.desk { display: grid; grid-template-columns: 13rem minmax(0, 1fr); min-height: 100vh; }
.desk > nav { border-inline-end: 1px solid var(--line); background: var(--wash); padding: 1.1rem .75rem; position: sticky; top: 0; align-self: start; min-height: 100vh; display: flex; flex-direction: column; gap: .15rem; }
.desk > nav .brand { display: flex; gap: .55rem; align-items: center; font-weight: 650; padding: .2rem .6rem 1rem; color: inherit; text-decoration: none; }
.desk > nav .brand img { width: 1.5rem; height: 1.5rem; flex: none; }
.desk > nav a.part { padding: .4rem .7rem; border-radius: .45rem; color: inherit; text-decoration: none; }
.desk > nav a.part:hover { background: var(--line); }
.desk > nav a.part[aria-current] { background: var(--mark); color: var(--on-mark); font-weight: 600; }
.desk > nav .end { margin-top: auto; display: grid; gap: .5rem; padding: .6rem; font-size: .88rem; }
.desk > nav .end button { width: 100%; }
.desk main { max-width: 72rem; margin: 0; padding: 1.4rem 1.75rem 3rem; }
.desk .top { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: center; margin-bottom: 1rem; }
.desk .top h1 { margin: 0; flex: 1 1 auto; font-size: 1.5rem; }
.pulse { font-size: .85rem; color: var(--soft); } .pulse::before { content: ""; display: inline-block; width: .55rem; height: .55rem; border-radius: 50%; background: var(--soft); margin-inline-end: .4rem; }
.pulse.on::before { background: var(--good); }
.stats { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); margin: 0 0 1.2rem; }
.stat { border: 1px solid var(--line); border-radius: var(--round); padding: .8rem 1rem; background: var(--paper); }
.stat dt { color: var(--soft); font-size: .85rem; } .stat dd { margin: .1rem 0 0; font-size: 1.55rem; font-weight: 650; font-variant-numeric: tabular-nums; line-height: 1.2; }
.stat dd.small { font-size: 1rem; } .stat a { color: inherit; text-decoration: none; }
.stat.wrong dd { color: var(--bad); }
.charts { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17.5rem), 1fr)); }
.chart { border: 1px solid var(--line); border-radius: var(--round); padding: .8rem 1rem; margin: 0; }
.chart figcaption { font-weight: 600; font-size: .95rem; margin-bottom: .4rem; }
.chart svg { width: 100%; height: auto; display: block; } .chart text { font-size: 11px; fill: var(--soft); }
.chart rect.first { fill: var(--mark); } .chart rect.second { fill: var(--soft); opacity: .55; } .chart rect.bad { fill: var(--bad); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; padding: 0; margin: .4rem 0 0; font-size: .87rem; color: var(--soft); }
.legend li::before { content: ""; display: inline-block; width: .7rem; height: .7rem; border-radius: .2rem; margin-inline-end: .35rem; }
.legend .first::before { background: var(--mark); } .legend .second::before { background: var(--soft); } .legend .bad::before { background: var(--bad); }
.chart details > summary { font-size: .85rem; margin: .4rem 0 0; }
.tabs { display: flex; flex-wrap: wrap; gap: .4rem; margin: 0 0 1rem; align-items: center; }
.tabs a { padding: .25rem .8rem; border: 1px solid var(--line); border-radius: 99rem; text-decoration: none; font-size: .92rem; color: inherit; }
.tabs a[aria-current] { background: var(--mark); border-color: var(--mark); color: var(--on-mark); }
.tabs form { margin-inline-start: auto; display: flex; gap: .4rem; }
.note { border-inline-start: 4px solid var(--good); background: var(--wash); padding: .6rem 1rem; border-radius: .3rem; margin: 0 0 1rem; }
.pill { display: inline-block; border-radius: 99rem; padding: 0 .6rem; font-size: .85rem; border: 1px solid var(--line); white-space: nowrap; }
.pill.good { border-color: currentColor; } .pill.bad { border-color: currentColor; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1.2rem; margin: 0 0 1rem; } .facts dt { color: var(--soft); } .facts dd { margin: 0; }
.fields { display: grid; gap: .7rem; max-width: 30rem; } .fields label { display: grid; gap: .2rem; } .fields input, .fields select, .fields textarea { width: 100%; }
textarea { font: .88rem/1.5 ui-monospace, Menlo, Consolas, monospace; padding: .4rem .6rem; border-radius: .4rem; border: 1px solid var(--line); background: var(--paper); color: inherit; }
select { font: inherit; padding: .4rem .6rem; border-radius: .4rem; border: 1px solid var(--line); background: var(--paper); color: inherit; }
button.quiet { background: none; border-color: var(--line); color: inherit; font-weight: 400; padding: .15rem .65rem; font-size: .9rem; }
button.danger { background: none; border-color: var(--bad); color: var(--bad); }
.row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; }
.frame { border: 1px solid var(--line); border-radius: var(--round); padding: 0 1.2rem 1rem; margin: 0 0 1rem; }
pre.source { max-height: 28rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
td .pill + .soft { margin-inline-start: .4rem; }
.sign { max-width: 26rem; margin: 12vh auto 0; padding: 1rem; }
.sign input { width: 100%; }
@media (max-width: 48rem) {
  .desk { grid-template-columns: minmax(0, 1fr); }
  .desk > nav { position: static; min-height: 0; flex-direction: row; flex-wrap: wrap; border-inline-end: 0; border-bottom: 1px solid var(--line); }
  .desk > nav .brand { width: 100%; padding-bottom: .3rem; } .desk > nav .end { margin: 0; display: flex; align-items: center; } .desk > nav .end button { width: auto; }
  .desk main { padding: 1rem; }
}
`;

/** Follows what happens: numbers at once, the rest of the page when nobody is writing into it. */
export const ADMIN_SCRIPT = `const beside = document.currentScript.src;
const pulse = document.querySelector('.pulse');
if (pulse && window.EventSource) {
  const source = new EventSource(new URL('live', beside));
  source.addEventListener('open', () => { pulse.classList.add('on'); pulse.textContent = pulse.dataset.on; });
  source.addEventListener('error', () => { pulse.classList.remove('on'); pulse.textContent = pulse.dataset.off; });
  source.addEventListener('counts', (event) => {
    for (const [name, value] of Object.entries(JSON.parse(event.data))) {
      const place = document.querySelector('[data-live="' + name + '"]');
      if (place && place.textContent !== String(value)) place.textContent = value;
    }
  });
  let known = null;
  source.addEventListener('changed', async (event) => {
    if (known === null || known === event.data) { known = event.data; return; }
    known = event.data;
    const main = document.querySelector('main[data-follow]');
    if (!main || main.contains(document.activeElement) || main.querySelector('details[open]')) return;
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
    if (fresh) main.replaceChildren(...fresh.childNodes);
  });
}
`;
