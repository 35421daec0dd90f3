// The picture of the architecture, drawn from the real imports: dependency-cruiser reads the code, Mermaid draws it.
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { fenced } from './markdown';

const PROJECT = resolve(__dirname, '..', '..');

/** Rooms by the paths they hold; the first that fits counts. */
const ROOMS = [
	{
		id: 'node',
		shows: 'SeedanceImageToVideo.node.ts: the node as n8n sees it',
		holds: /^nodes\/[^/]+\/[^/]+\.node\.ts$/,
	},
	{ id: 'api', shows: 'api: what GPTProto documents', holds: /^nodes\/[^/]+\/api\// },
	{
		id: 'description',
		shows: 'description: what the editor shows',
		holds: /^nodes\/[^/]+\/description\//,
	},
	{ id: 'run', shows: 'run: what happens over time', holds: /^nodes\/[^/]+\/run\// },
	{
		id: 'operations',
		shows: 'operations: from item to item',
		holds: /^nodes\/[^/]+\/operations\//,
	},
	{ id: 'credentials', shows: 'credentials: key and address', holds: /^credentials\// },
	{ id: 'sandbox', shows: 'sandbox: GPTProto on this machine', holds: /^sandbox\// },
	{ id: 'tools', shows: 'tools: demo, dev, bench, docs', holds: /^tools\// },
	{ id: 'test', shows: 'test', holds: /^test\// },
	{ id: 'n8n', shows: 'n8n-workflow', holds: /^node_modules\/n8n-workflow\// },
] as const;

type RoomId = (typeof ROOMS)[number]['id'];

const SHIPPED: readonly RoomId[] = [
	'node',
	'api',
	'description',
	'run',
	'operations',
	'credentials',
];

const PACKAGE = 'package';

interface Module {
	readonly source: string;
	readonly dependencies: ReadonlyArray<{
		readonly resolved: string;
		readonly dependencyTypes: readonly string[];
	}>;
}

function roomOf(path: string): RoomId | undefined {
	return ROOMS.find(({ holds }) => holds.test(path))?.id;
}

async function modules(): Promise<readonly Module[]> {
	const program = join(PROJECT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
	const folders = ['nodes', 'credentials', 'sandbox', 'tools', 'test'];
	const { stdout } = await promisify(execFile)(
		process.execPath,
		[program, '--output-type', 'json', ...folders],
		{ cwd: PROJECT, maxBuffer: 64 * 1024 * 1024 },
	).catch((failure: { stdout?: string }) => {
		// Broken rules end the program with a code of their own; `npm run arch` is where they are shown.
		if (failure.stdout?.startsWith('{')) return { stdout: failure.stdout };
		throw failure;
	});
	return (JSON.parse(stdout) as { modules: readonly Module[] }).modules;
}

/** Imports from room to room; false where every one of them is by type only. */
function arrows(list: readonly Module[]): Map<string, boolean> {
	const found = new Map<string, boolean>();
	for (const { source, dependencies } of list) {
		const from = roomOf(source);
		for (const { resolved, dependencyTypes } of dependencies) {
			const to = roomOf(resolved);
			if (!from || !to || from === to) continue;
			const inside = SHIPPED.includes(from);
			// What tests and tools use of n8n says nothing about the package, nor which room they look into.
			if (!inside && to === 'n8n') continue;
			const key = `${from} ${!inside && SHIPPED.includes(to) ? PACKAGE : to}`;
			found.set(key, (found.get(key) ?? false) || !dependencyTypes.includes('type-only'));
		}
	}
	return found;
}

/** A Mermaid graph of the rooms; a dotted arrow is an import of types only. */
export async function roomsGraph(): Promise<string> {
	const room = ({ id, shows }: (typeof ROOMS)[number]) => `${id}["${shows}"]`;
	const inside = ROOMS.filter(({ id }) => SHIPPED.includes(id));
	const outside = ROOMS.filter(({ id }) => !SHIPPED.includes(id));
	const order = [...ROOMS.map(({ id }): string => id), PACKAGE];
	const position = (key: string) => {
		const [from = '', to = ''] = key.split(' ');
		return order.indexOf(from) * order.length + order.indexOf(to);
	};
	const lines = [...arrows(await modules())]
		.sort(([a], [b]) => position(a) - position(b))
		.map(([key, byValue]) => key.replace(' ', byValue ? ' --> ' : ' -.-> '));
	return fenced(
		'mermaid',
		[
			'flowchart TD',
			`  subgraph ${PACKAGE}["the package"]`,
			...inside.map((one) => `    ${room(one)}`),
			'  end',
			...outside.map((one) => `  ${room(one)}`),
			...lines.map((line) => `  ${line}`),
		].join('\n'),
	);
}
