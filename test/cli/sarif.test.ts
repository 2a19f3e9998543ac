/** Lints as code hosts take them. */
import { expect, test } from 'vitest';
import { quorate } from './command.ts';

test('each finding has its rule, level, file and line; each rule its help', async () => {
  const [sarif, json] = [
    await quorate('lint', 'guide-002', '--sarif'),
    await quorate('lint', 'guide-002', '--json'),
  ];
  expect(sarif.exitCode).toBe(1);
  const { version, runs } = JSON.parse(sarif.stdout);
  const lints = JSON.parse(json.stdout);
  expect(version).toBe('2.1.0');
  const [{ tool, results }] = runs;
  expect(results).toHaveLength(lints.length);
  for (const [i, { ruleId, ruleIndex, level, locations }] of results.entries()) {
    expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
    expect([ruleId, level]).toEqual([lints[i].rule, lints[i].severity]);
    const { artifactLocation, region } = locations[0].physicalLocation;
    expect([artifactLocation.uri, region.startLine]).toEqual([lints[i].file, lints[i].line]);
  }
  expect(tool.driver.rules.every(({ help }: { help: { text: string } }) => help.text.length > 0)).toBe(true);
});
