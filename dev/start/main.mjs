// Plain JavaScript, so that an old Node can say what is wrong instead of failing on the first type.
if (!process.features.typescript) {
  console.error(
    `Node ${process.versions.node} cannot run TypeScript. Run "npm start", which brings its own Node.`,
  );
  process.exit(1);
}
await import("./main.ts");
