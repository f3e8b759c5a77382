'use strict';
// The page reads without this script: it draws the figures and makes the table of samples sort,
// search and open.
(() => {
  const sans = getComputedStyle(document.documentElement).getPropertyValue('--sans').trim();
  const axis = {
    labelColor: 'var(--ink-2)', titleColor: 'var(--ink-2)', gridColor: 'var(--grid)',
    domainColor: 'var(--ink-2)', tickColor: 'var(--ink-2)', domainOpacity: 0.5, tickOpacity: 0.5,
    labelFont: sans, titleFont: sans, labelFontSize: 11.5, titleFontSize: 12, titleFontWeight: 400,
    titlePadding: 8, labelPadding: 4, tickSize: 4,
  };
  const config = {
    background: null, font: sans, view: {stroke: null}, axis,
    axisX: {grid: false, labelFlush: false}, axisY: {tickCount: 5},
    mark: {tooltip: false}, bar: {cornerRadiusEnd: 2},
  };

  function draw() {
    if (!window.vegaEmbed) return Promise.resolve();
    const specs = JSON.parse(document.getElementById('specs').textContent);
    const drawings = [...document.querySelectorAll('.plot')].map(async (plot) => {
      try {
        await vegaEmbed(plot, specs[plot.dataset.spec],
            {renderer: 'svg', actions: false, config, tooltip: {theme: 'custom'}});
      } catch (error) {
        plot.innerHTML = '<p class="failed">This figure could not be drawn; its numbers are in the table below.</p>';
        console.error(error);
      }
    });
    return Promise.all(drawings);
  }

  function sampleTable() {
    const table = document.getElementById('sample-table');
    if (!table) return;
    const bodies = [...table.tBodies];
    // Words only: a search for 17 should not find every sample with 17 tokens.
    const texts = bodies.map((body) => ['.id', '.question', '.detail']
        .map((part) => body.querySelector(part).textContent.toLowerCase()).join(' '));
    const heads = [...table.tHead.rows[0].cells];
    const count = document.getElementById('sample-count');
    const toggle = document.getElementById('samples-toggle');

    function open(body, yes) {
      body.classList.toggle('opened', yes);
      body.querySelector('button.open').setAttribute('aria-expanded', String(yes));
    }
    function search(words) {
      let shown = 0;
      bodies.forEach((body, i) => {
        const hit = words.every((word) => texts[i].includes(word));
        body.hidden = !hit;
        shown += hit ? 1 : 0;
      });
      count.textContent = words.length === 0 ? `${bodies.length} samples` : `${shown} of ${bodies.length} samples`;
    }
    function key(body, column) {
      const cell = body.rows[0].cells[column];
      const text = cell.dataset.sort ?? cell.textContent.trim();
      return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
    }
    function compare(a, b) {
      const numbers = typeof a === 'number' && typeof b === 'number';
      return numbers ? a - b : String(a).localeCompare(String(b), 'en', {numeric: true});
    }
    function sort(head) {
      const column = Number(head.dataset.column);
      const down = head.getAttribute('aria-sort') === 'ascending';
      heads.forEach((other) => other.setAttribute('aria-sort', 'none'));
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const rows = bodies.map((body, i) => ({body, i, key: key(body, column)}));
      rows.sort((a, b) => {
        if ((a.key === '') !== (b.key === '')) return a.key === '' ? 1 : -1;
        return (down ? -1 : 1) * compare(a.key, b.key) || a.i - b.i;
      });
      rows.forEach((row) => table.append(row.body));
    }

    heads.forEach((head) => head.querySelector('button').addEventListener('click', () => sort(head)));
    table.addEventListener('click', (event) => {
      const head = event.target.closest('tr.head');
      if (!head || String(getSelection()) !== '') return;
      const body = head.parentElement;
      open(body, !body.classList.contains('opened'));
    });
    toggle.addEventListener('click', () => {
      const yes = toggle.getAttribute('aria-pressed') !== 'true';
      toggle.setAttribute('aria-pressed', String(yes));
      toggle.textContent = yes ? 'Close all' : 'Open all';
      bodies.forEach((body) => open(body, yes));
    });
    document.getElementById('sample-search').addEventListener('input', (event) => {
      search(event.target.value.toLowerCase().split(/\s+/).filter(Boolean));
    });
  }

  function contents() {
    const links = new Map([...document.querySelectorAll('.contents a')].map((a) => [a.hash.slice(1), a]));
    const watcher = new IntersectionObserver((entries) => {
      entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
        links.forEach((link) => link.removeAttribute('aria-current'));
        links.get(entry.target.id)?.setAttribute('aria-current', 'true');
      });
    }, {rootMargin: '-15% 0px -75% 0px'});
    links.forEach((link, id) => watcher.observe(document.getElementById(id)));
  }

  sampleTable();
  contents();
  draw().then(() => document.documentElement.classList.add('drawn'));
})();
