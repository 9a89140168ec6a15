// Comforts only: every page works without this file.
// Theme, dialogs, print, popovers that close, long lists that filter, rows that repeat, forms that are sent once.
const root = document.documentElement;
const isDark = () => root.dataset.theme === 'dark'
  || (root.dataset.theme !== 'light' && matchMedia('(prefers-color-scheme:dark)').matches);

document.addEventListener('click', e => {
  for (const open of document.querySelectorAll('details.pop[open],details.me[open],.tabbar details[open]')) {
    if (open.contains(e.target) && !e.target.closest('[data-shut]')) continue;
    open.open = false;
    if (open.contains(e.target)) open.querySelector('summary').focus();   // «Cancel» hides itself
  }
  const t = e.target.closest('[data-doc],[data-theme-toggle],[data-dialog],[data-close],[data-print],[data-add-row],[data-drop-row]');
  if (!t) return;
  const d = t.dataset;
  if ('doc' in d) {
    const box = document.getElementById('dlg-doc');
    if (!box) return;                       // no dialog on this page: the link opens by itself
    e.preventDefault();
    box.querySelector('h2').textContent = d.title || '';
    box.querySelector('iframe').src = d.doc;
    const save = box.querySelector('a[download]');
    save.hidden = !d.download;
    if (d.download) save.href = d.download;
    box.showModal();
  } else if ('themeToggle' in d) {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    document.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax`;
  } else if ('dialog' in d) {
    e.preventDefault();
    document.getElementById(d.dialog).showModal();
  } else if ('close' in d) t.closest('dialog').close();
  else if ('print' in d) print();
  else if ('addRow' in d) { e.preventDefault(); addRow(t.closest('[data-rows]')); }
  else if ('dropRow' in d) { e.preventDefault(); dropRow(t.closest('.row')); }
});

document.addEventListener('keydown', e => {
  if (e.key !== 'Escape') return;
  for (const open of document.querySelectorAll('details.pop[open],details.me[open],.tabbar details[open]')) {
    open.open = false;
    open.querySelector('summary').focus();
  }
});

// Repeated rows: fields are named items-0-title, items-1-title …; the server drops the empty ones.
function addRow(list) {
  const rows = list.querySelectorAll('.row');
  const fresh = rows[rows.length - 1].cloneNode(true);
  const next = Number(list.dataset.next || rows.length);
  list.dataset.next = next + 1;
  for (const el of fresh.querySelectorAll('[name],[id],[for],[aria-describedby]')) {
    for (const a of ['name', 'id', 'for', 'aria-describedby']) {
      if (el.hasAttribute(a)) el.setAttribute(a, el.getAttribute(a).replace(/-\d+(?=-|$)/, `-${next}`));
    }
    if (el.matches('input:not([type=checkbox],[type=radio],[type=hidden]),textarea')) el.value = '';
    if (el.matches('select')) el.selectedIndex = 0;
    if (el.matches('[type=checkbox],[type=radio]')) el.checked = false;
  }
  fresh.querySelectorAll('.err').forEach(n => n.remove());
  rows[rows.length - 1].after(fresh);
  fresh.querySelector('input,select,textarea')?.focus();
}

function dropRow(row) {
  const list = row.parentElement;
  if (list.querySelectorAll('.row').length > 1) {
    row.remove();
    return list.querySelector('[data-add-row]')?.focus();   // not lost with the row
  }
  for (const el of row.querySelectorAll('input,textarea')) el.type === 'checkbox' ? el.checked = false : el.value = '';
}

// A long list of checkboxes gets a field that narrows it.
for (const box of document.querySelectorAll('.opts.many[data-filter]')) {
  const find = document.createElement('input');
  find.type = 'search';
  find.className = 'in';
  find.placeholder = box.dataset.filter;
  find.setAttribute('aria-label', box.dataset.filter);
  box.before(find);
  find.addEventListener('keydown', e => { if (e.key === 'Enter') e.preventDefault(); });
  find.addEventListener('input', () => {
    const want = find.value.trim().toLowerCase();
    for (const label of box.querySelectorAll('label')) label.hidden = !label.textContent.toLowerCase().includes(want);
  });
}

for (const all of document.querySelectorAll('[data-check-all]')) {
  all.hidden = false;
  all.addEventListener('change', () => {
    for (const one of document.querySelectorAll(`input[name="${all.dataset.checkAll}"]`)) one.checked = all.checked;
  });
}
for (const el of document.querySelectorAll('[data-submits]')) el.addEventListener('change', () => el.form.requestSubmit());
for (const el of document.querySelectorAll('[data-js]')) el.hidden = false;

// One click, one effect: a second press does not send the form again.
document.addEventListener('submit', e => {
  const form = e.target;
  if (form.method !== 'post') {             // a search: leave what is empty out of the address
    for (const el of form.elements) if (el.name && !el.value) el.disabled = true;
    return;
  }
  if (form.classList.contains('busy')) return e.preventDefault();
  form.classList.add('busy');
  form.setAttribute('aria-busy', 'true');
});
addEventListener('pageshow', () => {
  for (const el of document.querySelectorAll('form[method=get] :disabled')) el.disabled = false;
  for (const form of document.querySelectorAll('form.busy')) { form.classList.remove('busy'); form.removeAttribute('aria-busy'); }
});

// What is wrong takes the focus; what was done is told to a screen reader, which is silent about words that
// stand on the page from the beginning.
const wrong = document.querySelector('.errs');
wrong?.focus();
const done = [...document.querySelectorAll('main > .note[role=status]')].map(n => n.textContent.trim()).join(' ');
if (done && !wrong) {
  const told = document.createElement('div');
  told.className = 'sr';
  told.setAttribute('role', 'status');
  document.body.append(told);
  setTimeout(() => { told.textContent = done; }, 300);
  setTimeout(() => told.remove(), 5000);   // else the page would say it twice when it is read
}

// On a narrow screen the tab of this page may lie outside the row: it is brought into sight.
for (const tab of document.querySelectorAll('nav.tabs [aria-current]')) {
  const row = tab.closest('nav.tabs');
  row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}
