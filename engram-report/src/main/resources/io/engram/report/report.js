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

  // The rows that the page has.
  function written(table) {
    return [...table.tBodies].map((body) => ({
      body: () => body,
      // Words only: a search for 17 should not find every sample with 17 tokens.
      words: () => ['.id', '.question', '.detail'].map((part) => body.querySelector(part).textContent),
      key: (column) => body.rows[0].cells[column].dataset.sort ?? body.rows[0].cells[column].textContent.trim(),
    }));
  }

  // The rows of a large table, which become elements when they are shown.
  function listed({labels, rows}) {
    function element(name, className, ...content) {
      const made = document.createElement(name);
      if (className) made.className = className;
      made.append(...content);
      return made;
    }
    function title(row) {
      return row.question || row.answer || '(no text recorded)';
    }
    function answer({missing, stretches}) {
      if (missing) return [element('em', '', 'not asked')];
      if (stretches.length === 0) return [element('em', '', 'nothing: the model stopped at once')];
      return stretches.map(({text, shared}) => shared ? element('mark', '', text) : text);
    }
    function part(name, className, content) {
      return element('div', className, element('dt', '', name), element('dd', '', ...content));
    }
    function make(row) {
      const button = element('button', 'open', element('span', '', title(row)));
      button.type = 'button';
      button.setAttribute('aria-expanded', 'false');
      const head = element('tr', 'head', element('td', 'id', row.id), element('td', 'question', button));
      row.cells.forEach(([text, , style], i) => {
        const number = element('td', 'number', element('span', style, text));
        number.dataset.label = labels[i];
        head.append(number);
      });
      const parts = element('dl', '',
          ...(row.question ? [part('Question', '', [row.question])] : []),
          part('True answer', 'truth', [row.answer || 'not recorded']),
          ...row.answers.map((one) => part('Model ' + one.label, '', answer(one))));
      const wide = element('td', '', parts);
      wide.colSpan = row.cells.length + 2;
      return element('tbody', 'sample', head, element('tr', 'detail', wide));
    }
    return rows.map((row) => {
      let made;
      return {
        body: () => made ??= make(row),
        words: () => [row.id, row.question, row.answer,
          ...row.answers.map((one) => one.stretches.map((stretch) => stretch.text).join(''))],
        key: (column) => column === 0 ? row.id : column === 1 ? title(row) : row.cells[column - 2][1],
      };
    });
  }

  function sampleTable() {
    const table = document.getElementById('sample-table');
    if (!table) return;
    const json = document.getElementById('sample-rows');
    const data = json && JSON.parse(json.textContent);
    const size = data ? data.page : Infinity;
    let rows = data ? listed(data) : written(table);
    const heads = [...table.tHead.rows[0].cells];
    const count = document.getElementById('sample-count');
    const toggle = document.getElementById('samples-toggle');
    const place = document.getElementById('page-place');
    const [before, after] = ['page-before', 'page-after'].map((id) => document.getElementById(id));
    let texts;
    let hits = rows;
    let first = 0;
    let allOpen = false;

    function open(body, yes) {
      body.classList.toggle('opened', yes);
      body.querySelector('button.open').setAttribute('aria-expanded', String(yes));
    }
    function show() {
      if (!data) {
        const chosen = new Set(hits);
        rows.forEach((row) => { row.body().hidden = !chosen.has(row); });
        table.append(...rows.map((row) => row.body()));
        return;
      }
      first = Math.max(0, Math.min(first, hits.length - 1));
      first -= first % size;
      [...table.tBodies].forEach((body) => body.remove());
      const bodies = hits.slice(first, first + size).map((row) => row.body());
      if (allOpen) bodies.forEach((body) => open(body, true));
      table.append(...bodies);
      const last = first + bodies.length;
      place.textContent = hits.length === 0 ? 'none' : `${first + 1} to ${last} of ${hits.length}`;
      before.disabled = first === 0;
      after.disabled = last >= hits.length;
    }
    function search(words) {
      texts ??= new Map(rows.map((row) => [row, row.words().join(' ').toLowerCase()]));
      hits = rows.filter((row) => words.every((word) => texts.get(row).includes(word)));
      count.textContent = words.length === 0 ? `${rows.length} samples` : `${hits.length} of ${rows.length} samples`;
      first = 0;
      show();
    }
    const collator = new Intl.Collator('en', {numeric: true});
    function key(row, column) {
      const text = row.key(column);
      return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
    }
    function compare(a, b) {
      const numbers = typeof a === 'number' && typeof b === 'number';
      return numbers ? a - b : collator.compare(String(a), String(b));
    }
    const number = new Map(rows.map((row, i) => [row, i]));
    function sort(head) {
      const column = Number(head.dataset.column);
      const down = head.getAttribute('aria-sort') === 'ascending';
      heads.forEach((other) => other.setAttribute('aria-sort', 'none'));
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const keyed = rows.map((row) => ({row, key: key(row, column)}));
      keyed.sort((a, b) => {
        if ((a.key === '') !== (b.key === '')) return a.key === '' ? 1 : -1;
        return (down ? -1 : 1) * compare(a.key, b.key) || number.get(a.row) - number.get(b.row);
      });
      const chosen = new Set(hits);
      rows = keyed.map((one) => one.row);
      hits = rows.filter((row) => chosen.has(row));
      first = 0;
      show();
    }
    function turn(by) {
      first += by * size;
      show();
      table.scrollIntoView({block: 'start'});
    }

    heads.forEach((head) => head.querySelector('button').addEventListener('click', () => sort(head)));
    table.addEventListener('click', (event) => {
      const head = event.target.closest('tr.head');
      if (!head || String(getSelection()) !== '') return;
      const body = head.parentElement;
      open(body, !body.classList.contains('opened'));
    });
    toggle.addEventListener('click', () => {
      allOpen = toggle.getAttribute('aria-pressed') !== 'true';
      toggle.setAttribute('aria-pressed', String(allOpen));
      toggle.textContent = allOpen ? 'Close all' : 'Open all';
      [...table.tBodies].forEach((body) => open(body, allOpen));
    });
    document.getElementById('sample-search').addEventListener('input', (event) => {
      search(event.target.value.toLowerCase().split(/\s+/).filter(Boolean));
    });
    if (data) {
      before.addEventListener('click', () => turn(-1));
      after.addEventListener('click', () => turn(1));
      show();
    }
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
