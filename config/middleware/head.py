"""Answers without a body: to HEAD the headers of the page; 304 says no length."""


def strip_head_body(get_response):
    def answer(request):
        response = get_response(request)
        if request.method == "HEAD" and not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        if response.status_code == 304:
            # The length of the page, or none (RFC 9110, section 8.6); Django says 0.
            response.headers.pop("Content-Length", None)
        return response

    return answer
