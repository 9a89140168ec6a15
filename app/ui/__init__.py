"""The look of the product: base views, forms, filters, templates and vendored front-end files."""
