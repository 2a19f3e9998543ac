/** docs/guides-commands.md: what the guides show beside what the console prints. */
import { type GuideCommand, NOT_THERE } from './commands.ts';

export interface Ran {
  readonly command: GuideCommand;
  readonly text: string;
}

/** Of long outputs the first lines. */
const MOST_LINES = 14;

function shortened(text: string): string {
  const lines = text.trimEnd().split('\n');
  const shown = lines
    .slice(0, MOST_LINES)
    .map((line) => (line.length > 180 ? `${line.slice(0, 180)} ...` : line));
  return [
    ...shown,
    ...(lines.length > MOST_LINES ? [`... (${lines.length - MOST_LINES} more lines)`] : []),
  ].join('\n');
}

const block = (title: string, text: string): string =>
  text.trim() === '' ? `${title}: nothing.` : `${title}:\n\n\`\`\`text\n${shortened(text)}\n\`\`\``;

function entry({ command, text }: Ran): string {
  const { line, typed, on, shows, differs } = command;
  const as = typed === undefined ? '' : `Typed here as \`${typed}\`. `;
  return [
    `### \`${line.replaceAll('|', '\\|')}\``,
    `${as}On ${on}.${differs === undefined ? '' : ` Differs: ${differs}.`}`,
    block('The guide', shows),
    block('Quorate', text),
  ].join('\n\n');
}

export function guidesPage(ran: readonly Ran[]): string {
  const sections = [...new Set(ran.map(({ command }) => command.session))];
  return `${[
    '<!-- Made from test/guides by `npm run docs`; changes by hand are lost. -->',
    '# The command lines of the guides',
    `${ran.length} lines of five guides that read or change the cluster, each with an extract of what the guide shows and with what the console prints (\`quorate exec\`, or the page's console). Their failures are scenarios: \`quorate list\` names them under labs.`,
    ...sections.flatMap((name) => [
      `## Guide ${name}`,
      ...ran.filter(({ command }) => command.session === name).map(entry),
    ]),
    ...(NOT_THERE.length === 0
      ? []
      : ['## Not there', NOT_THERE.map(({ line }) => `- \`${line}\``).join('\n')]),
  ].join('\n\n')}\n`;
}
