// Live parts: pages ask the server for themselves every few seconds and take over what changed. Nobody watching, no asking.

type Answer = { ctx?: { response?: { raw: Response } } };

function announce(text: string): void {
  const region = document.getElementById("announcement");
  if (region) region.textContent = text;
}

function newsOf(root: ParentNode): Map<string, string> {
  const news = new Map<string, string>();
  root.querySelectorAll<HTMLElement>("[data-news]").forEach((element) => {
    news.set(element.dataset["newsKey"] ?? "", element.dataset["news"] ?? "");
  });
  return news;
}

/** Pause while the page is hidden, follow a lapsed sign-in to its door, and announce politely what has arrived. */
export function startLive(): void {
  let known = newsOf(document);

  document.addEventListener("htmx:before:request", (event) => {
    if (document.hidden || document.querySelector("dialog[open]")) event.preventDefault();
  });

  document.addEventListener("htmx:before:response", (event) => {
    const answer = (event as CustomEvent<Answer>).detail.ctx?.response?.raw;
    if (answer?.redirected || answer?.status === 401) {
      event.preventDefault();
      location.reload();
    }
  });

  document.addEventListener("htmx:after:swap", () => {
    const now = newsOf(document);
    const arrived = [...now].filter(([key]) => !known.has(key)).map(([, text]) => text);
    if (arrived.length > 0) announce(arrived.join(". "));
    known = now;
  });

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) document.querySelectorAll("[data-live]").forEach((part) => part.dispatchEvent(new Event("seen")));
  });
}
