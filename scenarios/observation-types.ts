/**
 * The map of observations as CEL's type checker wants it, made from its one definition.
 *
 * Source: CEL language definition; numbers are doubles, and arithmetic between them and the int literals of
 * an expression is added, since people write `etcd.term + 1`.
 */
import { Environment } from '@marcbachmann/cel-js';
import type { z } from '../models/zod.ts';
import { Observations } from './observations.ts';

type Schema = z.core.$ZodType;

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

/** For expressions over one request: every field of it is a variable. */
export function celRequestEnvironment(purpose: 'check' | 'evaluate'): Environment {
  const environment = plainEnvironment(purpose);
  if (purpose === 'check') {
    for (const name of ['outcome', 'server', 'detail']) environment.registerVariable(name, 'string');
    for (const name of ['started_ms', 'ended_ms', 'latency_ms']) environment.registerVariable(name, 'double');
  }
  return environment;
}

/** For checking: knows the type of each observation. For evaluating: everything is dynamic, which is quicker. */
export function celEnvironment(purpose: 'check' | 'evaluate'): Environment {
  const environment = plainEnvironment(purpose);
  if (purpose === 'check') {
    for (const [name, schema] of Object.entries(Observations.shape)) {
      environment.registerVariable(name, celType(environment, schema, name));
    }
  }
  return environment;
}

/** With the arithmetic of doubles and whole literals, and nothing to look at yet. */
function plainEnvironment(purpose: 'check' | 'evaluate'): Environment {
  const environment = new Environment({
    homogeneousAggregateLiterals: false,
    unlistedVariablesAreDyn: purpose === 'evaluate',
    limits: { maxAstNodes: 2_000, maxDepth: 60 },
  });
  for (const [operator, compute] of Object.entries(ARITHMETIC)) {
    const mixed = (a: number | bigint, b: number | bigint) => compute(Number(a), Number(b));
    environment.registerOperator(`double ${operator} int`, mixed);
    environment.registerOperator(`int ${operator} double`, mixed);
  }
  if (purpose === 'check') {
    // Also registers !=; evaluation compares dynamic numbers with any literal already.
    environment.registerOperator('double == int', (a: number, b: bigint) => a === Number(b));
  }
  return environment;
}

/** The CEL type of a schema; object schemas are registered under the path that leads to them. */
function celType(environment: Environment, schema: Schema, path: string): string {
  const definition = schema._zod.def;
  switch (definition.type) {
    case 'number':
      return 'double';
    case 'boolean':
      return 'bool';
    case 'array':
      return `list<${celType(environment, (definition as z.core.$ZodArrayDef).element, path)}>`;
    case 'record':
      return `map<string, ${celType(environment, (definition as z.core.$ZodRecordDef).valueType, path)}>`;
    case 'object': {
      const fields: Record<string, string> = {};
      for (const [name, field] of Object.entries((definition as z.core.$ZodObjectDef).shape)) {
        fields[name] = celType(environment, field, `${path}_${name}`);
      }
      const type = `Observed_${path}`;
      environment.registerType(type, { fields });
      return type;
    }
    default:
      return 'string';
  }
}

/** What stands at a path of the map: follows fields, keys of records (any name) and elements of lists. */
export function schemaAt(path: readonly string[]): Schema | undefined {
  let schema: Schema | undefined = Observations;
  for (const part of path) {
    const definition: z.core.$ZodTypeDef | undefined = schema?._zod.def;
    if (definition?.type === 'object') schema = (definition as z.core.$ZodObjectDef).shape[part];
    else if (definition?.type === 'record') schema = (definition as z.core.$ZodRecordDef).valueType;
    else if (definition?.type === 'array') schema = (definition as z.core.$ZodArrayDef).element;
    else return undefined;
  }
  return schema;
}

/** Names of the fields of the object at a path; empty for anything else. */
export function fieldsAt(path: readonly string[]): string[] {
  const definition = schemaAt(path)?._zod.def;
  return definition?.type === 'object' ? Object.keys((definition as z.core.$ZodObjectDef).shape) : [];
}

/** The only texts that can stand at a path, if they are a fixed set. */
export function wordsAt(path: readonly string[]): string[] | undefined {
  const definition = schemaAt(path)?._zod.def;
  return definition?.type === 'enum'
    ? Object.values((definition as z.core.$ZodEnumDef).entries).map(String)
    : undefined;
}
