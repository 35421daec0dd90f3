// Workflows saved by earlier versions of this package, kept in test/upgrade: each must load, run, and ask GPTProto
// for exactly what it asked for then (its `.requests.json`).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { NODE_TYPE } from '../../../tools/n8n/package';
import { itemsOf, type WorkflowDefinition } from '../../../tools/n8n/workflow';
import { GPTPROTO_CREDENTIAL } from '../example-files';
import { inWholeN8n } from '../in-every-n8n';

const FOLDER = join(__dirname, '..', '..', 'upgrade');
const VERSIONS = readdirSync(FOLDER)
	.filter((file) => /^\d+\.\d+\.\d+\.json$/.test(file))
	.map((file) => file.slice(0, -'.json'.length));

/** What a request leaves out GPTProto takes as this; a later version may say more or less of it. */
const DOCUMENTED_DEFAULTS = {
	aspect_ratio: '16:9',
	camera_fixed: false,
	duration: 5,
	generate_audio: true,
	is_upload_media: false,
	resolution: '720p',
	seed: -1,
};

interface Asked {
	path: string;
	body: { prompt: string };
}

function spelledOut({ path, body }: Asked): Asked {
	return { path, body: { ...DOCUMENTED_DEFAULTS, ...body } };
}

function saved(version: string): WorkflowDefinition {
	const workflow = JSON.parse(
		readFileSync(join(FOLDER, `${version}.json`), 'utf8'),
	) as WorkflowDefinition;
	for (const { credentials } of workflow.nodes) {
		if (credentials?.gptProtoApi) credentials.gptProtoApi.name = CREDENTIAL;
	}
	return workflow;
}

/** Not the examples' name: n8n finds a credential by its name only while there is one of that name. */
const CREDENTIAL = `${GPTPROTO_CREDENTIAL} of before`;

test('a workflow of this version is kept', () => {
	const { version } = JSON.parse(
		readFileSync(join(__dirname, '..', '..', '..', 'package.json'), 'utf8'),
	) as { version: string };
	expect(VERSIONS).toContain(version.split('-')[0]);
});

inWholeN8n(
	(place) => {
		describe.each(VERSIONS)('a workflow saved by %s', (version) => {
			test('uses only parameters the node still has', async () => {
				const types = await place.rest.nodeTypes();
				const properties = types.find(({ name }) => name === NODE_TYPE)?.properties ?? [];
				const known = new Set(properties.map(({ name }) => name));
				const collection = properties.find(({ name }) => name === 'options')?.options;
				const options = new Set((collection as Array<{ name: string }>).map(({ name }) => name));

				for (const { type, parameters } of saved(version).nodes) {
					if (type !== NODE_TYPE) continue;
					for (const name of Object.keys(parameters)) expect(known).toContain(name);
					for (const name of Object.keys(parameters.options ?? {})) expect(options).toContain(name);
				}
			});

			test('runs, and asks GPTProto for the same as then', async () => {
				const execution = await place.run(saved(version));

				expect(execution.error).toBeUndefined();
				expect(execution.status).toBe('success');
				const asked = place.sandbox.requests
					.filter(({ method }) => method === 'POST')
					.map(({ path, body }) => ({ path, body: body as Asked['body'] }))
					.sort((a, b) => (a.body.prompt < b.body.prompt ? -1 : 1));
				const file = join(FOLDER, `${version}.requests.json`);
				const then = JSON.parse(readFileSync(file, 'utf8')) as Asked[];
				expect(asked.map(spelledOut)).toEqual(then.map(spelledOut));
			});

			test('puts out what the workflow’s later nodes count on', async () => {
				const execution = await place.run(saved(version));

				expect(itemsOf(execution, 'Only What Is Required')).toMatchObject([
					{ json: { status: 'succeeded' }, binary: { data: { mimeType: 'video/mp4' } } },
				]);
				expect(itemsOf(execution, 'Every Parameter')).toMatchObject([
					{
						json: { status: 'succeeded', width: 1088, height: 1920 },
						binary: { film: { mimeType: 'video/mp4' } },
					},
				]);
				expect(itemsOf(execution, 'Submit a File')).toMatchObject([
					{ json: { predictionId: expect.any(String) } },
				]);
				expect(itemsOf(execution, 'Get Result')).toMatchObject([
					{ json: { prediction: { status: 'succeeded' } } },
				]);
			});
		});
	},
	{ credentialName: CREDENTIAL },
);
