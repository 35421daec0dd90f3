// The type that n8n makes of the node for its AI builder and its MCP server, by n8n's own function.
import { generateNodeTypeFile, type NodeTypeDescription } from '@n8n/workflow-sdk';
import { MODELS, RESOLUTIONS } from '../../nodes/SeedanceImageToVideo/gptproto/reference';
import { properties } from '../../nodes/SeedanceImageToVideo/description';
import { options } from '../../nodes/SeedanceImageToVideo/description/options';
import { SeedanceImageToVideo } from '../../nodes/SeedanceImageToVideo/SeedanceImageToVideo.node';

const { description } = new SeedanceImageToVideo();
// n8n does it with the node's full name, without hidden properties, and from the JSON in which it keeps descriptions.
const visible = properties.filter(({ type }) => type !== 'hidden');
const name = `n8n-nodes-gptproto-seedance.${description.name}`;
const stored = JSON.stringify({ ...description, name, properties: visible });
const type = generateNodeTypeFile(JSON.parse(stored) as NodeTypeDescription);

/** The types of the members of that name, as written. */
const typesOf = (name: string) =>
	[...type.matchAll(new RegExp(`^\\s*${name}\\??: (.+);$`, 'gm'))].map(([, written]) => written);
const literals = (values: readonly string[]) =>
	[...values.map((value) => `'${value}'`), 'Expression<string>'].join(' | ');

it('has every resolution, and says which models render fewer', () => {
	expect(typesOf('resolution')).toEqual([literals(RESOLUTIONS)]);
	expect(type).toContain(
		'doubao-seedance-2-0-fast-260128 and dreamina-seedance-2-0-fast-260128 render 720p and 480p only',
	);
});

it('has every model', () => {
	const [written = ''] = typesOf('model');
	expect(written.split(' | ').sort()).toEqual(literals(Object.keys(MODELS)).split(' | ').sort());
});

it('has every parameter and every option once, those of waiting too', () => {
	const [collection] = visible.filter(({ name }) => name === options.name);
	const names = [...visible, ...(collection?.options ?? [])].map(({ name }) => name);
	for (const name of new Set(names)) {
		const members = type.match(new RegExp(`^\\s*${name}\\??: `, 'gm'));
		expect([name, members?.length]).toEqual([name, 1]);
	}
	expect(names).toEqual(expect.arrayContaining(['pollingInterval', 'timeoutMinutes']));
});

it('says that the node takes all items at once, and waits by itself', () => {
	const { searchHint = '' } = description.builderHint ?? {};
	expect(searchHint).toMatch(/every input item.+no Loop, Wait or If/i);
	expect(type).toContain(` * @builderHint ${searchHint}`);
});
