// Loaded into n8n before anything else: what n8n sends to Google's hosts arrives at a server of the test instead, since
// n8n's Google nodes have no base URL to set.
const http = require('node:http');
const https = require('node:https');

const { request } = https;

https.request = (options, ...rest) => {
	if (!/\.googleapis\.com$/.test(options.hostname ?? '')) return request(options, ...rest);
	const here = { protocol: 'http:', hostname: '127.0.0.1', port: process.env.GOOGLE_HERE_PORT };
	return http.request({ ...options, ...here, host: undefined, agent: undefined }, ...rest);
};
