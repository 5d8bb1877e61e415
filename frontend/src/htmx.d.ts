// htmx is used through attributes and its events only.
declare module "htmx.org" {}
