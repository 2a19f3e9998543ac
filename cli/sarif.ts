/**
 * Lints as SARIF, for code hosts that show findings beside the lines of a change.
 *
 * Source: OASIS Static Analysis Results Interchange Format (SARIF) 2.1.0, sections 3.13 to 3.30.
 */
import type { LintFinding } from '../properties/lints/lint.ts';
import { LINT_RULES } from '../properties/lints/rules.ts';
import { version } from './version.ts';

/** SARIF's levels: error, warning, note. */
export function sarifOf(lints: readonly LintFinding[]): object {
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'quorate',
            version: version(),
            rules: LINT_RULES.map(({ name, about, cure, severity }) => ({
              id: name,
              shortDescription: { text: about },
              help: { text: cure },
              defaultConfiguration: { level: severity },
            })),
          },
        },
        results: lints.map(({ rule, severity, file, line, message, scenario }) => ({
          ruleId: rule,
          ruleIndex: LINT_RULES.findIndex(({ name }) => name === rule),
          level: severity,
          message: { text: scenario === null ? message : `${message} (quorate run ${scenario})` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: encodeURI(file.replaceAll('\\', '/')) },
                region: { startLine: line },
              },
            },
          ],
        })),
      },
    ],
  };
}
