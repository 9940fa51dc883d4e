// What whoever sits here may do.

/** @param {string} what such as "act" */
export const may = (what) => (document.documentElement.dataset.may || "").split(" ").includes(what);
