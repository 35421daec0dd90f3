// The node and its credential type as they are shipped: from the build, as package.json registers them with n8n.
import type { ICredentialType, INodeType } from 'n8n-workflow';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import packageJson from '../../package.json';
import type { Product } from './engine';

const load = createRequire(__filename);

function build<Type>(file: string | undefined): Type {
	const exported = load(join(__dirname, '..', '..', file ?? '')) as Record<string, new () => Type>;
	const [Shipped] = Object.values(exported);
	if (!Shipped) throw new Error(`${file} exports nothing: run npm run build`);
	return new Shipped();
}

/** @throws Error where there is no build */
export function builtProduct(): Product {
	return {
		nodeType: build<INodeType>(packageJson.n8n.nodes[0]),
		credentialType: build<ICredentialType>(packageJson.n8n.credentials[0]),
	};
}
