/** Every command line of the guides is accepted by the console; docs/guides-commands.md has what it prints beside the guide's. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { GUIDE_COMMANDS, NOT_THERE } from './commands.ts';
import { guidesPage, type Ran } from './page.ts';
import { SESSIONS, type SessionName } from './sessions.ts';
import { typeAt } from './typing.ts';

const PAGE = new URL('../../docs/guides-commands.md', import.meta.url).pathname;
const REFUSED = /this console|unknown (?:command|flag|shorthand)|: not found\n|Syntax error/;

const ran: Ran[] = [];

describe.each(Object.keys(SESSIONS) as SessionName[])('guide %s', (name) => {
  test('accepts every line', () => {
    const commands = GUIDE_COMMANDS.filter(({ session }) => session === name);
    const shell = typeAt(SESSIONS[name]);
    const wrong: string[] = [];
    for (const command of commands) {
      const { text, exitCode } = shell(command.on, command.typed ?? command.line, command.atS);
      ran.push({ command, text });
      const isUnknown = REFUSED.test(text) && !command.line.includes('kubectl join');
      if (exitCode !== (command.exitCode ?? 0) || isUnknown)
        wrong.push(`${command.typed ?? command.line}: ${exitCode}\n${text}`);
    }
    for (const { on, line } of NOT_THERE.filter(({ session }) => session === name)) {
      if (!REFUSED.test(shell(on, line).text)) wrong.push(`${line} is there: take it off the list`);
    }
    expect(wrong).toEqual([]);
  }, 120_000);
});

/** Names, ages and numbers change with every change of a model: the page is held to everything else. */
const rough = (text: string): string =>
  text
    .replace(/[a-z0-9]*\d[a-z0-9.]*/g, '#')
    .replace(/-[bcdfghjklmnpqrstvwxz2456789#]{5,10}\b/g, '-#')
    .replace(/[ +|-]+/g, ' ');

test('docs/guides-commands.md is what the console prints', () => {
  const page = guidesPage(ran);
  if (process.env['QUORATE_UPDATE_DOCS'] === '1') writeFileSync(PAGE, page);
  const known = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  expect(rough(known), 'run: npm run docs').toBe(rough(page));
});
