/**
 * Runs the whole program as Node runs it, with Pulumi's mocks in place of the engine, and prints what it registered as
 * JSON. A process of its own for each run: the SDK keeps its state in the process, and the program is a module that
 * runs once.
 *
 * Usage: node run-program.ts <stack> <config as JSON>
 */
import { output, runtime } from '@pulumi/pulumi';

export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** `type::name` of the parent; undefined: the stack. */
  readonly parent: string | undefined;
  readonly protect: boolean;
  /** The provider's own name; empty for components. */
  readonly provider: string;
  /** Names of what it waits for, beyond its inputs. */
  readonly dependsOn: readonly string[];
}

export interface ProgramRun {
  readonly resources: readonly Registered[];
  /** What each component published, by `type::name`, and how often it did. */
  readonly published: Readonly<Record<string, { times: number; outputs: Record<string, unknown> }>>;
  readonly exports: Record<string, unknown>;
}

/** What the monitor is asked, as far as it is read here (pulumi/resource.proto, RegisterResourceRequest). */
interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProtect(): boolean;
  getProvider(): string;
  getDependenciesList(): string[];
  getObject(): { toJavaScript(): Record<string, unknown> };
}
interface Outputs {
  getUrn(): string;
  getOutputs(): { toJavaScript(): Record<string, unknown> };
}
type Answer = (error: unknown, response: unknown) => void;
interface Monitor {
  registerResource(request: Request, answer: Answer): Promise<void>;
  registerResourceOutputs(request: Outputs, answer: Answer): void;
}

/** The SDK's own doors for tests, which its types leave out. */
const internal = runtime as unknown as { getMonitor(): Monitor; waitForRPCs(): Promise<void> };

/** `urn:pulumi:<stack>::<project>::<types>::<name>` → `<type>::<name>` */
const shortUrn = (urn: string): string => {
  const [, , types = '', name = ''] = urn.split('::');
  return `${types.split('$').at(-1) ?? ''}::${name}`;
};

async function main(stack: string, config: string): Promise<void> {
  const resources: Registered[] = [];
  const published: Record<string, { times: number; outputs: Record<string, unknown> }> = {};
  runtime.setAllConfig(JSON.parse(config) as Record<string, string>);
  await runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => ({
        id: `${name}-id`,
        // What the service would answer, as far as the program passes it on.
        state: { ...(inputs as object), arn: `arn:mock:${type}:${name}`, url: `https://mock/${name}` },
      }),
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    'farelake',
    stack,
  );
  const monitor = internal.getMonitor();
  const registerResource = monitor.registerResource.bind(monitor);
  const registerResourceOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResource = (request, answer) => {
    const parent = shortUrn(request.getParent());
    resources.push({
      type: request.getType(),
      name: request.getName(),
      inputs: request.getObject().toJavaScript(),
      parent: parent.startsWith('pulumi:pulumi:Stack') || parent === '::' ? undefined : parent,
      protect: request.getProtect(),
      provider: shortUrn(request.getProvider()).split('::')[1] ?? '',
      dependsOn: request.getDependenciesList().map(shortUrn).sort(),
    });
    return registerResource(request, answer);
  };
  monitor.registerResourceOutputs = (request, answer) => {
    const { times } = published[shortUrn(request.getUrn())] ?? { times: 0 };
    published[shortUrn(request.getUrn())] = { times: times + 1, outputs: request.getOutputs().toJavaScript() };
    registerResourceOutputs(request, answer);
  };
  const program = (await import('../../index.ts')) as Record<string, unknown>;
  await internal.waitForRPCs();
  const exports = await resolved({ ...program });
  const sorted = resources.sort((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1));
  process.stdout.write(JSON.stringify({ resources: sorted, published, exports } satisfies ProgramRun));
}

const resolved = (values: Record<string, unknown>): Promise<Record<string, unknown>> =>
  new Promise((resolve) => {
    output(values).apply((known) => {
      resolve(known);
    });
  });

const [stack, config] = process.argv.slice(2);
if (stack === undefined || config === undefined) throw new Error('run-program.ts <stack> <config as JSON>');
await main(stack, config);
