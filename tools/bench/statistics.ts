// Figures of several rounds in one: the median, with the least and the greatest.

export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	const upper = sorted[middle] ?? NaN;
	return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

export function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** `1.05 (1.03–1.08)`; one figure alone where there was one round. */
export function spread(values: readonly number[], digits = 2, unit = ''): string {
	if (values.length === 0) return '–';
	const text = (value: number) => value.toFixed(digits);
	const middle = `${text(median(values))}${unit}`;
	if (values.length === 1) return middle;
	return `${middle} (${text(Math.min(...values))}–${text(Math.max(...values))})`;
}
