// XML that any parser takes: text that others wrote is escaped, and characters that XML 1.0 cannot hold are left out.

/** An element on lines of its own. `content` is XML already; without it the element is empty. */
export function element(name: string, attributes: Record<string, string>, content = ""): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${attributeText(value)}"`);
  const head = `<${name}${pairs.join("")}`;
  if (content === "") return `${head}/>\n`;
  return content.startsWith("<") ? `${head}>\n${content}</${name}>\n` : `${head}>${content}</${name}>\n`;
}

/** Text as the content of an element. */
export function textOf(text: string): string {
  // A carriage return as such would be read as a newline.
  return escaped(text).replaceAll("\r", "&#13;");
}

/** In an attribute a parser would turn white space into blanks. */
function attributeText(text: string): string {
  return textOf(text).replaceAll('"', "&quot;").replaceAll("\n", "&#10;").replaceAll("\t", "&#9;");
}

// What XML 1.0 does not allow at all (2.2, Char), and the control characters that it advises against.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const notXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]|\p{Cs}/gu;

function escaped(text: string): string {
  return text.replace(notXml, "").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
