/** xterm.js under the page's policy, and in its colours. */
import { type ITheme, Terminal } from '@xterm/xterm';

/** Cells of a terminal that nobody has measured yet. */
const FIRST_SIZE = { cols: 80, rows: 12 };

/** A terminal that draws into `into`, which is within `root`. */
export function openScreen(into: HTMLElement, root: ShadowRoot): Terminal {
  const terminal = new Terminal({
    ...FIRST_SIZE,
    convertEol: true,
    cursorBlink: false,
    fontFamily: getComputedStyle(into).fontFamily,
    fontSize: 13,
    screenReaderMode: true,
    scrollback: 5_000,
    theme: themeOf(into),
  });
  withoutStyleElements(root, () => terminal.open(into));
  return terminal;
}

/**
 * The policy of the page lets nobody write style elements, which is what xterm.js does when it opens: what it writes into them
 * goes into sheets of the shadow root. (Its option documentOverride does not reach its scroll bar.)
 */
function withoutStyleElements(root: ShadowRoot, open: () => void): void {
  const own = document as { createElement?: unknown };
  const create = document.createElement.bind(document);
  own.createElement = (name: string) => (name === 'style' ? standIn(root) : create(name));
  try {
    open();
  } finally {
    delete own.createElement;
  }
}

function standIn(root: ShadowRoot): HTMLElement {
  const sheet = new CSSStyleSheet();
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const element = document.createElement('span');
  element.hidden = true;
  Object.defineProperty(element, 'textContent', {
    set: (text: string) => sheet.replaceSync(text),
    get: () => '',
  });
  return element;
}

export function themeOf(element: HTMLElement): ITheme {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    background: colour('surface'),
    foreground: colour('ink'),
    cursor: colour('accent'),
    cursorAccent: colour('accent-ink'),
    selectionBackground: colour('accent-soft'),
    green: colour('good'),
    red: colour('bad'),
    yellow: colour('changing'),
    brightBlack: colour('muted'),
  };
}

/** Gives the terminal as many cells as there is room for. */
export function fill(terminal: Terminal, into: HTMLElement): void {
  const screen = into.querySelector<HTMLElement>('.xterm-screen');
  if (screen === null || screen.clientWidth === 0) return;
  const [width, height] = [screen.clientWidth / terminal.cols, screen.clientHeight / terminal.rows];
  // The scroll bar lies over the last cells.
  const cols = Math.max(20, Math.floor((into.clientWidth - 16) / width));
  const rows = Math.max(3, Math.floor(into.clientHeight / height));
  if (cols !== terminal.cols || rows !== terminal.rows) terminal.resize(cols, rows);
}
