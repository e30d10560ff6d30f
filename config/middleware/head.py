"""Answers to HEAD: the headers of the page without its body."""


def strip_head_body(get_response):
    def answer(request):
        response = get_response(request)
        if request.method == "HEAD" and not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response

    return answer
