// Knows the `flatted` format, in which n8n stores and sends execution data: a JSON array whose objects and strings
// are referred to by their index, so that data which refers to itself can be written.

/** Revives one flatted text. */
export function parseFlatted(text: string): unknown {
	const values = JSON.parse(text) as unknown[];
	const revived = new Map<number, unknown>();

	const at = (index: number): unknown => {
		const value = values[index];
		if (typeof value !== 'object' || value === null) return value;
		if (revived.has(index)) return revived.get(index);
		const copy: unknown[] | Record<string, unknown> = Array.isArray(value) ? [] : {};
		revived.set(index, copy);
		for (const [key, inner] of Object.entries(value)) {
			// Numbers, booleans and null stand for themselves; a string is the index of what it stands for.
			Reflect.set(copy, key, typeof inner === 'string' ? at(Number(inner)) : inner);
		}
		return copy;
	};
	return at(0);
}
