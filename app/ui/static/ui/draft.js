// The page of a paper follows the typing in its form. Without this file the button «Show» does the same.
const form = document.querySelector('form[data-draft]');
const frame = document.querySelector('iframe[name=paper]');
const status = document.querySelector('[data-kept-status]');
const PAUSE = 600;                       // milliseconds after the last key
let timer = 0, isRunning = false, isWaiting = false, isLeaving = false, current = '';

const marks = name => frame.contentDocument?.querySelectorAll(`[data-f="${CSS.escape(name)}"]`) ?? [];

async function show() {
  clearTimeout(timer);
  timer = 0;
  if (isLeaving) return;
  if (isRunning) { isWaiting = true; return; }
  isRunning = true;
  try {
    const answer = await fetch(form.dataset.draft, {method: 'POST', body: new FormData(form), credentials: 'same-origin'});
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    put(new DOMParser().parseFromString(await answer.text(), 'text/html'));
  } catch {
    status.textContent = '';             // no connection: the form still holds everything
  }
  isRunning = false;
  if (isWaiting) { isWaiting = false; show(); }
}

function put(page) {
  const here = frame.contentDocument;
  if (!here?.body) return;
  here.body.replaceChildren(...page.body.childNodes);
  status.textContent = page.body.dataset.kept || '';
  for (const out of document.querySelectorAll('[data-shown]')) {
    const texts = [...new Set([...marks(out.dataset.shown)].map(n => n.textContent.trim()).filter(Boolean))];
    out.textContent = texts.slice(0, 5).join(' · ').slice(0, 260);
    out.parentElement.hidden = !texts.length;
  }
  light(false);
}

// The field in hand is outlined on the page.
function light(isMoving) {
  const here = frame.contentDocument;
  if (!here) return;
  for (const old of here.querySelectorAll('.now')) old.classList.remove('now');
  if (!current) return;
  const found = marks(current);
  for (const one of found) one.classList.add('now');
  if (isMoving && found.length) {
    const top = found[0].getBoundingClientRect().top, view = here.defaultView;
    if (top < 0 || top > view.innerHeight - 60) view.scrollTo({top: view.scrollY + top - 120});
  }
}

if (form && frame) {
  form.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(show, PAUSE); });
  form.addEventListener('click', e => { if (e.target.closest('[data-add-row],[data-drop-row]')) { clearTimeout(timer); timer = setTimeout(show, PAUSE); } });
  form.addEventListener('focusin', e => { current = e.target.closest('[data-var]')?.dataset.var || ''; light(true); });
  form.addEventListener('submit', e => {
    if (e.submitter?.value === 'show') { e.preventDefault(); e.stopPropagation(); show(); return; }
    isLeaving = true;
    clearTimeout(timer);
  });
  frame.addEventListener('load', () => light(false));
  addEventListener('pageshow', () => { isLeaving = false; });
  // gone to check a name or closed in haste: what was typed in the last moment is kept too
  addEventListener('pagehide', () => {
    if (timer && !isLeaving) fetch(form.dataset.draft, {method: 'POST', body: new FormData(form), keepalive: true, credentials: 'same-origin'});
  });
}
