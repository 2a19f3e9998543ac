/** A scenario as YAML text, as a person would write it: texts of several lines as blocks, draws in one line each. */
import { Document, isMap, isScalar, isSeq, Scalar, visit } from 'yaml';
import type { ScenarioData } from './schema.ts';

/** The text that `loadScenario` reads back. */
export function writeScenario(data: ScenarioData): string {
  const document = new Document(data, { version: '1.2' });
  visit(document, {
    Scalar(key, node) {
      if (isScalar(node) && typeof node.value === 'string' && node.value.includes('\n') && key !== 'key')
        node.type = Scalar.BLOCK_LITERAL;
    },
    Seq(_key, node) {
      if (isSeq(node) && node.items.every((item) => isScalar(item))) node.flow = true;
    },
    Map(_key, node, path) {
      const parent = path.at(-1);
      if (isMap(node) && isSeq(parent) && node.items.every(({ value }) => isScalar(value) || isSeq(value)))
        node.flow = true;
    },
  });
  return document.toString({ lineWidth: 110, flowCollectionPadding: true });
}
