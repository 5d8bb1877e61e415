// Asking once: an action that a key sets off says what will happen, to whom, and waits for its verb.

let asked: HTMLFormElement | null = null;

function dialog(): HTMLDialogElement | null {
  return document.getElementById("ask") as HTMLDialogElement | null;
}

/** Ask about the acknowledgement that stands nearest to what has the focus; false when there is none on the page. */
export function askToAcknowledge(): boolean {
  const panel = document.activeElement?.closest("[data-page]");
  const form = (panel ?? document).querySelector<HTMLFormElement>("form[data-acknowledge]");
  const box = dialog();
  if (!form || !box) return false;
  asked = form;
  fill(box, "[data-ask-what]", form.dataset["acknowledge"] ?? "");
  fill(box, "[data-ask-then]", form.dataset["then"] ?? "");
  box.showModal();
  return true;
}

function fill(box: HTMLDialogElement, selector: string, text: string): void {
  const place = box.querySelector(selector);
  if (place) place.textContent = text;
}

/** Keep in sight what a browser has put back into a form when one returns to its page. */
function unfoldWhatWasTyped(details: HTMLDetailsElement): void {
  const fields = details.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input:not([type=hidden]), textarea");
  if ([...fields].some((field) => field.value !== field.defaultValue)) details.open = true;
}

/** Send the form that was asked about when its verb is chosen; no form is ever sent twice. */
export function startAsking(): void {
  dialog()?.addEventListener("close", () => {
    if (dialog()?.returnValue === "yes" && asked) asked.requestSubmit();
    asked = null;
  });
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== "post") return;
    if (form.dataset["sent"]) event.preventDefault();
    form.dataset["sent"] = "yes";
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll<HTMLFormElement>("form[data-sent]").forEach((form) => delete form.dataset["sent"]);
    document.querySelectorAll<HTMLDetailsElement>("details:has(form)").forEach(unfoldWhatWasTyped);
  });
}
