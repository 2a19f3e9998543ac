/**
 * A kubeadm document against the table of known fields. A field that kubeadm does not know is a warning
 * (kubeadm warns and goes on), one that is known and not modelled a note, one of the wrong type an error.
 */
import type { Finding } from '../finding.ts';
import { nearestHint } from '../nearest.ts';
import { describe, pathText, valueAt } from '../schema-findings.ts';
import { MAX_FINDINGS, type Path, type YamlDocument } from '../yaml-text.ts';
import { type Field, type Fields, isField } from './config-fields.ts';

/** All findings about the fields of one document, bounded. */
export function checkFields(document: YamlDocument, fields: Fields): Finding[] {
  const findings: Finding[] = [];
  walk(document, fields, [], findings);
  return findings.slice(0, MAX_FINDINGS);
}

function walk(document: YamlDocument, fields: Fields, path: Path, findings: Finding[]): void {
  const value = valueAt(document.value, path);
  const say = (at: Path, of: 'key' | 'value', severity: Finding['severity'], message: string) =>
    findings.push({ severity, file: document.file, ...document.position(at, of), message });
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    if (value !== null)
      say(path, 'value', 'error', `${pathText(path)} must be a map, not ${describe(value)}`);
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    const at = [...path, name];
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (path.length === 0 && (name === 'kind' || name === 'apiVersion')) continue;
    if (field === undefined) {
      const hint = nearestHint(name, Object.keys(fields));
      say(at, 'key', 'warning', `unknown field ${pathText(at)}: kubeadm warns and ignores it${hint}`);
    } else if (!isField(field)) {
      walk(document, field, at, findings);
    } else if (!field.modelled) {
      say(at, 'key', 'note', `${pathText(at)} is known to kubeadm and not modelled`);
    } else if (inner !== null) {
      const wrong = mistake(inner, field);
      if (wrong) say(at, 'value', 'error', `${pathText(at)} ${wrong}`);
    }
  }
}

/** What is wrong with the value of a field, in words that follow its name. */
function mistake(value: unknown, field: Field): string | undefined {
  switch (field.kind) {
    case 'text':
      return typeof value === 'string'
        ? undefined
        : `must be text, not ${describe(value)} (put it in quotes)`;
    case 'whole':
      return Number.isInteger(value) ? undefined : `must be a whole number, not ${describe(value)}`;
    case 'texts': {
      const fine = Array.isArray(value) && value.every((item) => typeof item === 'string');
      return fine ? undefined : 'must be a list of texts';
    }
    case 'args': {
      const fine = Array.isArray(value) ? value.every(isNamedValue) : isFlagMap(value);
      return fine ? undefined : 'must be a map of flags, or from v1beta4 a list of {name, value}';
    }
    case 'any':
      return undefined;
  }
}

function isNamedValue(item: unknown): boolean {
  return typeof valueAt(item, ['name']) === 'string' && isScalar(valueAt(item, ['value']));
}

function isFlagMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every(isScalar);
}

function isScalar(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
