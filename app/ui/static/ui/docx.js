// Draws a DOCX in the page of the preview frame. The document comes from its own address, with its own access check.
const out = document.getElementById('out');
const say = text => { out.textContent = text; out.className = 'say'; };
fetch(out.dataset.src, {credentials: 'same-origin'})
  .then(r => { if (!r.ok) throw new Error(r.status); return r.blob(); })
  .then(blob => docx.renderAsync(blob, out, null, {inWrapper: true, breakPages: true, ignoreLastRenderedPageBreak: true, useBase64URL: true}))
  .then(() => { out.querySelector('.docx-wrapper') || say(out.dataset.failed); })
  .catch(() => say(out.dataset.failed));
