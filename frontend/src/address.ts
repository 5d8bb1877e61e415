// Who one is decides the address that one signs in with: the field shows it, and browsers keep it beside the password.

/** Let the address follow the person who is chosen. */
export function startAddress(): void {
  const people = document.querySelector<HTMLSelectElement>("select[data-address-in]");
  const field = document.getElementById(people?.dataset["addressIn"] ?? "") as HTMLInputElement | null;
  if (!people || !field) return;
  const follow = () => (field.value = people.selectedOptions[0]?.dataset["address"] ?? field.value);
  people.addEventListener("change", follow);
  window.addEventListener("pageshow", follow);
}
