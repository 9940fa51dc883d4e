// Making and writing elements: text only, never markup.

export function el(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined && text !== null) element.textContent = text;
  return element;
}

/** Writes only what differs, so that a selection or a reader's place stays. */
export function write(element, text) { if (element.textContent !== text) element.textContent = text; }

/** The address that dials a number as an office writes it. */
export const dial = (phone) => "tel:" + phone.replace(/[^0-9+*#]/g, "");
