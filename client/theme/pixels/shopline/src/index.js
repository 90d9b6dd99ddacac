// The built pixel, which includes everything it needs. It calls `configure` of the sandbox.
import '../../../../dist/pixel-shopline.js';
