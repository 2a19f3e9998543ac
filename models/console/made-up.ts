/** Identifiers that say nothing (of containers, machines, certificates): made from a text, the same each time. */

/** FNV-1a of the text, as so many hexadecimal digits. */
export function hexDigits(text: string, length: number): string {
  let hex = '';
  for (let round = 0; hex.length < length; round++) {
    let hash = 0x811c9dc5;
    const salted = `${round} ${text}`;
    for (let i = 0; i < salted.length; i++) hash = Math.imul(hash ^ salted.charCodeAt(i), 0x01000193);
    hex += (hash >>> 0).toString(16).padStart(8, '0');
  }
  return hex.slice(0, length);
}
