// What a page does not show at once is in it as the text of a noscript element, which takes a browser that runs scripts
// no time to read: a run of hundreds of cases would keep its reader waiting. Without scripts it is there like the rest.
const complete = (element) => {
  const deferred = element.querySelector(":scope > noscript");
  if (deferred !== null) element.innerHTML = deferred.textContent;
  return element;
};
