/**
 * YAML 1.2 texts with the place of everything in them. Shared by the readers of kubeadm-config.yaml,
 * topologies and scenarios.
 *
 * Source: YAML 1.2.2, core schema, read by the `yaml` library. Bounds: a text may have at most
 * MAX_YAML_CHARACTERS (junk of that size takes less than a second), an alias may be expanded 100 times (the
 * library's guard against bombs).
 */
import { type Document, isAlias, isMap, isNode, isPair, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Finding, Position } from './finding.ts';

/** No file that configures a cluster is larger; a larger one is refused before it is parsed. */
export const MAX_TEXT_BYTES = 1_000_000;
/** The same for YAML, whose parser is slower: a topology with all its texts has some 10,000 characters. */
export const MAX_YAML_CHARACTERS = 200_000;
/** A text with more complaints than this is not the file it was taken for. */
export const MAX_FINDINGS = 50;

export type Path = readonly PropertyKey[];

export interface YamlDocument {
  readonly file: string;
  /** Plain data: objects, arrays, texts, numbers, true, false, null. */
  readonly value: unknown;
  /** Where the value (or the key, for `key`) of this path stands; of a path that is not there, its nearest parent. */
  position(path: Path, of?: 'key' | 'value'): Position;
  /** Where this character of the text at a path stands; the text's beginning if it is folded over lines. */
  positionIn(path: Path, offset: number): Position;
}

/**
 * The documents of a text. Texts that are empty, too large or no YAML give errors, and then no document.
 */
export function readYaml(text: string, file: string): { documents: YamlDocument[]; findings: Finding[] } {
  const refusal = refuseText(text, file, MAX_YAML_CHARACTERS);
  if (refusal) return { documents: [], findings: [refusal] };
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const findings: Finding[] = [];
  const documents: YamlDocument[] = [];
  try {
    const parsed = parseAllDocuments(text, {
      version: '1.2',
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'silent',
    }) as unknown as Document[];
    for (const document of parsed) {
      for (const { pos, message } of document.errors.slice(0, MAX_FINDINGS)) {
        const place = at(pos[0]);
        const last = findings[findings.length - 1];
        if (last?.line === place.line && last.message === shortened(message)) continue;
        findings.push({ severity: 'error', file, ...place, message: shortened(message) });
      }
      if (findings.length >= MAX_FINDINGS) break;
      if (document.errors.length > 0 || document.contents === null) continue;
      documents.push({
        file,
        value: document.toJS({ maxAliasCount: 100 }),
        position: (path, of = 'value') => at(offsetOf(document, path, of)),
        positionIn: (path, offset) => {
          const start = offsetOf(document, path, 'value');
          const quote = text[start] === '"' || text[start] === "'" ? 1 : 0;
          const line = text.slice(start, text.indexOf('\n', start) >>> 0);
          return at(quote + offset < line.length ? start + quote + offset : start);
        },
      });
    }
  } catch (error) {
    // The library recurses: thousands of nested brackets end in a RangeError, an alias bomb in a ReferenceError.
    const message = error instanceof RangeError ? 'nested too deeply to be read' : (error as Error).message;
    const whole = { severity: 'error' as const, file, line: 1, column: 1, message: shortened(message) };
    return { documents: [], findings: [whole] };
  }
  if (findings.length === 0 && documents.length === 0) findings.push(emptyFile(file));
  return { documents: findings.length === 0 ? documents : [], findings };
}

/** The library quotes what it stumbled over, if need be the whole text. */
function shortened(message: string): string {
  return message.length > 200 ? `${message.slice(0, 197)}...` : message;
}

/** Why a text is not even looked at: empty or too large. */
export function refuseText(text: string, file: string, most = MAX_TEXT_BYTES): Finding | undefined {
  if (text.length > most) {
    const message = `the file has ${text.length} characters; at most ${most} are read`;
    return { severity: 'error', file, line: 1, column: 1, message };
  }
  return text.trim() === '' ? emptyFile(file) : undefined;
}

function emptyFile(file: string): Finding {
  return { severity: 'error', file, line: 1, column: 1, message: 'the file is empty' };
}

/** Offset of what a path leads to; of the last part that is there if the path ends earlier. */
function offsetOf(document: Document, path: Path, of: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (let depth = 0; depth < path.length; depth++) {
    if (isAlias(node)) node = node.resolve(document);
    const part = path[depth]!;
    const last = depth === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && keyText(item.key) === String(part));
      if (!pair) return offset;
      const keyOffset = startOf(pair.key) ?? offset;
      node = pair.value;
      offset = last && of === 'key' ? keyOffset : (startOf(node) ?? keyOffset);
    } else if (isSeq(node)) {
      const item = node.items[Number(part)];
      if (item === undefined) return offset;
      node = item;
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function keyText(key: unknown): string {
  return isNode(key) ? String(key.toJSON()) : String(key);
}
