// The built pixel, copied here from client/dist. It calls `shopify.extend` of the sandbox.
import './pixel-shopify.js';
