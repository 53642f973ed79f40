"""Errors as the protocols of AWS word them.

* EC2: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
* query (STS, SNS, Auto Scaling): https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
* JSON, also of REST services: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
"""

import json
import re
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

from embedded.ec2.call import Call

REQUEST_ID = "00000000-0000-4000-8000-000000000000"
ERROR = "<Error><Code>{code}</Code><Message>{message}</Message></Error>"
XML = {
    "ec2": f"<Response><Errors>{ERROR}</Errors><RequestID>{REQUEST_ID}</RequestID></Response>",
    "query": f"<ErrorResponse>{ERROR}<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>",
}
XML_CODE = re.compile(r"<Code>([^<]+)</Code>")


def error_answer(call: Call, code: str, message: str, status: int) -> Response:
    """Make the answer to a call that fails."""
    if call.protocol in XML:
        body = XML[call.protocol].format(code=escape(code), message=escape(message))
        return Response(body, status=status, mimetype="text/xml")
    body = json.dumps({"__type": code, "message": message})
    headers = {"x-amzn-ErrorType": code}
    return Response(body, status=status, headers=headers, mimetype="application/x-amz-json-1.1")


def error_code(response: Response) -> str | None:
    """Return the code of an error, moto's or ours; None where all is well."""
    if response.status_code < 400:
        return None
    if code := response.headers.get("x-amzn-ErrorType"):
        return code.rpartition("#")[2]  # some have a name space before them
    found = XML_CODE.search(response.get_data(as_text=True))
    return found[1] if found else None
