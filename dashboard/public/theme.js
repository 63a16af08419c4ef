// Sets the theme before anything is drawn, so that no page flashes in the other one. A file of its own, since the pages
// allow no script within HTML.
try {
  const chosen = localStorage.getItem("runledger.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage is switched off: the system's theme stands.
}
