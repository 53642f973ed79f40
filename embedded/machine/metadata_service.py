"""Stub until merged."""

from werkzeug.wrappers import Response


class MetadataService:
    def __init__(self, instance_id, instance_type, region):
        self.x = (instance_id, instance_type, region)

    def __call__(self, environ, start_response):
        return Response("x")(environ, start_response)
