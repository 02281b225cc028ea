"""One file a CRM, named after its kind; it exports `CHANNEL`, a subclass of `hub.crm_sync.base.Crm`.

A CRM's name, words and limits appear nowhere else. To add one: see `hub.crm_sync`.
"""
