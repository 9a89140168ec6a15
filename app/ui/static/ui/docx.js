// Draws a DOCX in the page of the preview frame. The document comes from its own address, with its own access check.
const out = document.getElementById('out');
const say = text => { out.textContent = text; out.className = 'say'; };
// experimental: right tab stops (date and № of an order). They are measured half a second after the drawing,
// so a narrow screen is zoomed only then.
const options = {inWrapper: true, breakPages: true, ignoreLastRenderedPageBreak: true, useBase64URL: true, experimental: true};
fetch(out.dataset.src, {credentials: 'same-origin'})
  .then(r => { if (!r.ok) throw new Error(r.status); return r.blob(); })
  .then(blob => docx.renderAsync(blob, out, null, options))
  .then(() => { out.querySelector('.docx-wrapper') ? setTimeout(() => document.body.classList.add('drawn'), 700) : say(out.dataset.failed); })
  .catch(() => say(out.dataset.failed));
