// What `npm ci` needs of package-lock.json: every package of every platform, and no address of anybody's registry.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Locked {
	readonly version?: string;
	readonly resolved?: string;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(
	readFileSync(join(__dirname, '..', '..', 'package-lock.json'), 'utf8'),
) as { packages: Readonly<Record<string, Locked>> };

/** Whether Node would find a package from another one's folder. */
function isFound(name: string, from: string): boolean {
	const parts = from.split('/node_modules/');
	return parts.some((_, index) => {
		const folder = parts.slice(0, parts.length - index).join('/node_modules/');
		return `${folder}/node_modules/${name}` in packages || `node_modules/${name}` in packages;
	});
}

// npm leaves out of the lock what its registry does not hold at that moment, and `npm ci` then refuses to install.
it('holds the packages of every platform', () => {
	const missing = Object.entries(packages).flatMap(([from, locked]) =>
		Object.keys({ ...locked.dependencies, ...locked.optionalDependencies }).filter(
			(name) => !isFound(name, from),
		),
	);
	expect(missing).toEqual([]);
});

it('names no registry', () => {
	const named = Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined);
	expect(named.map(([folder]) => folder)).toEqual([]);
});
