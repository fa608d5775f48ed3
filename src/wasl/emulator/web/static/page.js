// The page works without this: it saves a buyer one press, and keeps them from sending twice.
"use strict";
for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
  });
}
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.querySelectorAll("form[data-sent]")) { delete form.dataset.sent; form.removeAttribute("aria-busy"); }
});
const number = document.getElementById("number");
if (number) number.addEventListener("input", () => {
  if (number.selectionStart === number.value.length) number.value = number.value.replace(/\D/g, "").replace(/(.{4})(?=.)/g, "$1 ").slice(0, 23);
});
const leaving = document.querySelector("form[data-auto]");
if (leaving) leaving.requestSubmit();
const done = document.getElementById("done");
if (done) (window.parent === window ? window.opener : window.parent)?.postMessage({ tran_ref: done.dataset.ref, status: done.dataset.status }, done.dataset.target);
