// What n8n knows of the package after it was installed the way users install it.
import { OPERATIONS } from '../../../nodes/SeedanceImageToVideo/description/operation';
import { checkN8n, ensureN8n } from '../../../tools/n8n/install';
import { CREDENTIAL_TYPE, NODE_TYPE, TOOL_TYPE } from '../../../tools/n8n/package';
import { inWholeN8n } from '../in-every-n8n';
import { SIMPLIFIED_FIELDS } from '../workflows';

inWholeN8n((place) => {
	test('n8n passes the check after its installation, also under jest, where most start it', async () => {
		expect(process.env.NODE_ENV).toBe('test');
		const { node, script } = await ensureN8n(place.version);
		await checkN8n(node, script, place.version);
	});

	test('the node is listed under its package name', async () => {
		const types = await place.rest.nodeTypes();
		expect(types.filter(({ name }) => name === NODE_TYPE)).toMatchObject([
			{ displayName: 'Seedance Image to Video', version: 1 },
		]);
	});

	test('the tool variant is listed, gives a tool, and asks for no download', async () => {
		const types = await place.rest.nodeTypes();
		const tool = types.find(({ name }) => name === TOOL_TYPE);
		expect(tool).toMatchObject({
			displayName: 'Seedance Image to Video Tool',
			inputs: [],
			outputs: ['ai_tool'],
		});
		const parameters = tool?.properties.map(({ name }) => name);
		expect(parameters).toEqual(expect.arrayContaining(['toolDescription', 'prompt', 'imageUrl']));
	});

	test.each(OPERATIONS)('what %s puts out is served, for the node after it', async (operation) => {
		const { session } = place.rest;
		const answer = await session.send('GET', `/schemas/${NODE_TYPE}/1.0.0/${operation}.json`);
		const text = await answer.text();
		// n8n 1.100.1 serves no file below a folder that begins with a dot, as its own folder for packages does.
		if (place.version === '1.100.1') return expect(answer.status).toBe(404);
		const { properties } = JSON.parse(text) as { properties: object };
		expect(Object.keys(properties)).toEqual(SIMPLIFIED_FIELDS);
	});

	test('the credential type is listed', async () => {
		const types = await place.rest.credentialTypes();
		expect(types.filter(({ name }) => name === CREDENTIAL_TYPE)).toMatchObject([
			{ displayName: 'GPTProto API' },
		]);
	});

	test('the icons are served, for light and dark', async () => {
		const types = await place.rest.nodeTypes();
		const iconUrl = types.find(({ name }) => name === NODE_TYPE)?.iconUrl;
		const { light, dark } = iconUrl as { light: string; dark: string };
		for (const path of [light, dark]) {
			const answer = await place.rest.session.send('GET', `/${path}`);
			expect(answer.status).toBe(200);
			expect(await answer.text()).toContain('<svg');
		}
	});
});
