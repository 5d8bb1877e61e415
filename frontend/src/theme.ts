// Theme: light, dark, or as the system says. The choice is a cookie, so that the server writes it before anything is drawn.

const year = 31_536_000;
const order = ["system", "light", "dark"];

/** Let the button in the frame go through the three choices. */
export function startTheme(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-theme-button]");
  if (!button) return;
  const root = document.documentElement;
  const current = () => root.dataset["theme"] ?? "system";
  const name = () => (button.textContent = `Theme: ${current()}`);
  button.hidden = false;
  name();
  button.addEventListener("click", () => {
    const next = order[(order.indexOf(current()) + 1) % order.length] ?? "system";
    if (next === "system") delete root.dataset["theme"];
    else root.dataset["theme"] = next;
    document.cookie = `theme=${next}; Path=/; Max-Age=${next === "system" ? 0 : year}; SameSite=Lax`;
    name();
    document.dispatchEvent(new Event("theme"));
  });
}
