/**
 * A topology as YAML text: read with the place of every complaint, and written.
 */
import { Document, isScalar, Scalar, visit } from 'yaml';
import type { Finding } from '../finding.ts';
import { checkDocument } from '../schema-findings.ts';
import { readYaml } from '../yaml-text.ts';
import { Topology } from './topology.ts';

/** Reads one topology; without `topology` there is at least one error among the findings. */
export function readTopology(text: string, file: string): { topology?: Topology; findings: Finding[] } {
  const { documents, findings } = readYaml(text, file);
  const [document, second] = documents;
  if (!document) return { findings };
  if (second) {
    const message = 'a topology is one document; a second one begins here';
    return { findings: [{ severity: 'error', file, ...second.position([]), message }] };
  }
  const checked = checkDocument(Topology, document);
  return checked.data ? { topology: checked.data, findings: [] } : { findings: checked.findings };
}

/** The text that `readTopology` reads back. Configuration texts become block scalars, as they were written. */
export function writeTopology(topology: Topology): string {
  const document = new Document(topology, { version: '1.2' });
  visit(document, {
    Scalar(_key, node) {
      if (isScalar(node) && typeof node.value === 'string' && node.value.includes('\n')) {
        node.type = Scalar.BLOCK_LITERAL;
      }
    },
  });
  return document.toString({ lineWidth: 0 });
}
